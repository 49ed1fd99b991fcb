"""``flask demo`` keeps away from a database that holds data."""

from fundapp.courts import queries as courts


def test_the_story_is_not_played_on_a_database_that_holds_data(app, runner):
    before = courts.codes()
    result = runner.invoke(args=["demo"])
    assert result.exit_code == 1
    assert "数据库中已有数据" in result.output and result.output.count("\n") == 1
    assert courts.codes() == before
