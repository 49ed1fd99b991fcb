// What the pages need beyond Bootstrap and htmx. All words come from the page; without this file every form still works.
(() => {
  "use strict";

  const AGAIN_AFTER = 10000; // a form that answered with a download leaves the page standing
  const all = (selector, root = document) => root.querySelectorAll(selector);

  const release = (form) => {
    delete form.dataset.sent;
    all("button[data-waiting]", form).forEach((button) => {
      button.disabled = false;
      delete button.dataset.waiting;
    });
  };

  // The button is disabled after the form was read, or its own name and value would not be sent.
  const hold = (form) => {
    form.dataset.sent = "yes";
    setTimeout(() => {
      all("button[type=submit]:not(:disabled)", form).forEach((button) => {
        button.disabled = true;
        button.dataset.waiting = "yes";
      });
    }, 0);
    setTimeout(() => release(form), AGAIN_AFTER);
  };

  const ask = (form, submitter) => {
    const dialog = document.getElementById("confirm");
    document.getElementById("confirm-text").textContent = form.dataset.confirm;
    const answer = (event) => {
      const button = event.target.closest("[data-answer]");
      if (!button) return;
      dialog.close();
      if (button.dataset.answer === "yes") {
        form.dataset.confirmed = "yes";
        form.requestSubmit(submitter || undefined);
      }
    };
    dialog.addEventListener("click", answer);
    dialog.addEventListener("close", () => dialog.removeEventListener("click", answer), { once: true });
    dialog.showModal();
    dialog.querySelector("[data-answer=no]").focus();
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
    } else if (form.dataset.confirm && !form.dataset.confirmed) {
      event.preventDefault();
      ask(form, event.submitter);
    } else {
      delete form.dataset.confirmed;
      hold(form);
    }
  });

  const copied = (text) => {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea"); // plain HTTP inside a court's network has no clipboard
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    return Promise.resolve();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-print], [data-back], [data-copy]");
    if (!button) return;
    if ("print" in button.dataset) window.print();
    else if ("back" in button.dataset) history.back();
    else copied(button.dataset.copy).then(() => { button.textContent += " ✓"; });
  });

  // Back and forward bring a page as it was left: its forms may be sent again, and the server knows a repeated act.
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach(release));

  window.addEventListener("beforeprint", () => {
    const now = new Date();
    const text = now.toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" }).slice(0, 16);
    all("[data-print-time]").forEach((time) => {
      time.dateTime = now.toISOString();
      time.textContent = text;
    });
  });

  // These need a script to work, so a script shows them.
  all("button[data-copy][hidden], button[data-print][hidden]").forEach((button) => { button.hidden = false; });
  if (history.length > 1) all("button[data-back][hidden]").forEach((button) => { button.hidden = false; });

  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();

  // Shown over the page on a phone, the menu is a dialog and needs a name; beside the page it is a plain column.
  const menu = document.getElementById("menu");
  if (menu) {
    menu.addEventListener("show.bs.offcanvas", () => menu.setAttribute("aria-labelledby", "menu-title"));
    menu.addEventListener("hidden.bs.offcanvas", () => menu.removeAttribute("aria-labelledby"));
  }

  const place = document.querySelector(".sidebar [aria-current]");
  if (place && place.offsetTop > menu.clientHeight) menu.scrollTop = place.offsetTop - menu.clientHeight / 2;
})();
