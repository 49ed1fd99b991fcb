"""Who acts in the story: the posts of each court, each with an account."""

from fundapp.core.db import db, transaction
from fundapp.users import service as users
from fundapp.users.models import User
from fundapp.users.rules import Role

PASSWORD = "Yueyang-2018"  # noqa: S105 - the story's own, shown in the README; a real court starts empty
POSTS: dict[str, tuple[Role, str]] = {
    "handler": (Role.CASE_HANDLER, "承办人"),
    "director": (Role.BUREAU_DIRECTOR, "执行局长"),
    "clerk": (Role.FINANCE_CLERK, "财务经办"),
    "reviewer": (Role.FINANCE_REVIEWER, "财务复核"),
    "vice": (Role.VICE_PRESIDENT, "分管副院长"),
    "president": (Role.PRESIDENT, "院长"),
    "auditor": (Role.AUDITOR, "审计"),
    "admin": (Role.ADMINISTRATOR, "系统管理员"),
    "security": (Role.SECURITY_ADMINISTRATOR, "安全管理员"),
}
SUPERIOR_POSTS = ("director", "reviewer", "vice", "president", "auditor", "admin", "security")
SURNAMES = "任方石姚廖邹熊陆郝"


class Cast:
    """The people of one court, by post."""

    def __init__(self, court_code: str, posts: dict[str, User]) -> None:
        self.court_code = court_code
        self._ids = {post: user.id for post, user in posts.items()}

    def __getattr__(self, post: str) -> User:
        try:
            return db.session.get_one(User, self._ids[post])
        except KeyError:
            raise AttributeError(post) from None


def engage(court_code: str, posts: tuple[str, ...] = tuple(POSTS)) -> Cast:
    """Give every post of a court its account; the administrator makes them, the security administrator grants."""
    made: dict[str, User] = {}
    with transaction(court_code):
        for post in sorted(posts, key=lambda post: post not in ("admin", "security")):
            role, title = POSTS[post]
            made[post] = users.create(
                username=f"{court_code[1:]}-{post}",
                name=f"{SURNAMES[list(POSTS).index(post)]}某（{title}）",
                court_code=court_code,
                password=PASSWORD,
                must_change=False,
                actor=made.get("admin"),
            )
            users.grant(made[post].id, role=role, actor=made["security"] if len(made) > 2 else None)
    return Cast(court_code, made)
