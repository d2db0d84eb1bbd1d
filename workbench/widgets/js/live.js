// The browser's half of LiveView: shows the HTML that Python writes, sends back what the person does, and says
// honestly whether it is saved. It holds no rules: every value is checked in Python.
import { Idiomorph } from "idiomorph";

const TYPING_PAUSE = 350; // ms without a key before an edit is sent
const ACK_LIMIT = 6000; // ms without an answer before the page says "Not saved"
const PATIENCE = 90000; // ms for a file to be read or a document to be written
const PING_EVERY = 5000;
const UPLOAD_LIMIT = 40 * 1024 * 1024; // must stay under Voila's websocket_max_message_size
const NARROW = 480; // px; under this a chart is laid out again, not shrunk

let plotlyLoading = null;

/** Load plotly.js once: from our own server when it is served, else through the kernel. Never from elsewhere. */
function loadPlotly(model) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  plotlyLoading ??= new Promise((resolve, reject) => {
    const add = (src) => {
      const script = document.createElement("script");
      script.src = src;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => reject(new Error("plotly.js did not load"));
      document.head.append(script);
    };
    const url = model.get("plotly_url");
    if (url) return add(url);
    const receive = (message, buffers) => {
      if (message.kind !== "plotly") return;
      model.off("msg:custom", receive);
      add(URL.createObjectURL(new Blob([buffers[0]], { type: "text/javascript" })));
    };
    model.on("msg:custom", receive);
    model.send({ kind: "plotly", seq: 0 });
  });
  return plotlyLoading;
}

function valueOf(field) {
  if (field.type === "checkbox" && field.dataset.group !== undefined) {
    const group = field.closest("fieldset").querySelectorAll(`input[name="${CSS.escape(field.name)}"]`);
    return [...group].filter((box) => box.checked).map((box) => box.value);
  }
  if (field.type === "checkbox") return field.checked;
  if (field.tagName === "SELECT" && field.multiple) return [...field.selectedOptions].map((o) => o.value);
  return field.value;
}

class Live {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.seq = 0;
    this.pending = new Map(); // seq -> {name, value, at}
    this.typing = new Map(); // name -> timer
    this.drawn = new WeakMap(); // element -> what it shows
    this.dead = false;
    this.key = `workbench:${model.get("room")}`;
    el.classList.add("wb-root");
    this.listen();
    this.morph();
    this.hello();
  }

  listen() {
    const on = (type, handler, options) => this.el.addEventListener(type, handler, options);
    // In JupyterLab the notebook's own shortcuts act on the focused element itself ("d d" deletes the cell).
    on("focusin", (e) => e.target.setAttribute?.("data-lm-suppress-shortcuts", "true"));
    on("input", (e) => this.onInput(e));
    on("change", (e) => this.onChange(e));
    on("click", (e) => this.onClick(e));
    on("submit", (e) => e.preventDefault());
    on("keydown", (e) => this.onKey(e));
    this.onHtml = () => this.morph();
    this.onFigures = () => this.draw();
    this.onMessage = (m, buffers) => this.receive(m, buffers);
    this.model.on("change:html", this.onHtml);
    this.model.on("change:figures", this.onFigures);
    this.model.on("msg:custom", this.onMessage);
    this.onHash = () => this.go(location.hash.slice(1));
    window.addEventListener("hashchange", this.onHash);
    this.onLeave = () => this.flush();
    // Voila drops the connection in its own "beforeunload": what is still to be sent must go before it.
    window.addEventListener("beforeunload", this.onLeave, { capture: true });
    // A page in the background does not ping; it says that it is back as soon as it is looked at again.
    this.onBack = () => {
      if (document.visibilityState === "visible") this.ping();
    };
    document.addEventListener("visibilitychange", this.onBack);
    this.resize = new ResizeObserver(() => this.draw());
    this.resize.observe(this.el);
    this.timer = setInterval(() => this.watch(), 1000);
    this.lastPing = Date.now();
  }

  destroy() {
    this.flush();
    clearInterval(this.timer);
    this.resize.disconnect();
    window.removeEventListener("hashchange", this.onHash);
    window.removeEventListener("beforeunload", this.onLeave, { capture: true });
    document.removeEventListener("visibilitychange", this.onBack);
    this.model.off("change:html", this.onHtml);
    this.model.off("change:figures", this.onFigures);
    this.model.off("msg:custom", this.onMessage);
  }

  // --- sending -------------------------------------------------------------------------------------------------

  send(message, buffers) {
    message.seq = ++this.seq;
    this.pending.set(message.seq, { ...message, at: Date.now() });
    if (message.kind === "edit") this.keepDraft();
    this.model.send(message, undefined, buffers);
    if (message.kind !== "ping") this.status("Saving…", "busy");
    return message.seq;
  }

  hello() {
    let who = "";
    try { who = localStorage.getItem("workbench:who") || ""; } catch { /* storage is off: the name is asked again */ }
    this.send({ kind: "hello", name: location.hash.slice(1), value: who });
    this.offerDrafts();
  }

  edit(field) {
    clearTimeout(this.typing.get(field.name));
    this.typing.delete(field.name);
    this.send({ kind: "edit", name: field.name, value: valueOf(field) });
  }

  flush() {
    for (const name of [...this.typing.keys()]) {
      const field = this.el.querySelector(`[name="${CSS.escape(name)}"]`);
      if (field) this.edit(field);
    }
  }

  onInput(e) {
    const field = e.target;
    if (!field.name || field.dataset.local !== undefined || field.type === "file") return;
    if (!["text", "search", "number", "email", "textarea"].includes(field.type)) return;
    clearTimeout(this.typing.get(field.name));
    this.typing.set(field.name, setTimeout(() => this.edit(field), TYPING_PAUSE));
    this.status("Saving…", "busy");
  }

  onChange(e) {
    const field = e.target;
    if (field.dataset.upload) return this.upload(field);
    if (!field.name || field.dataset.local !== undefined) return;
    if (field.name === "ui/who") {
      try { localStorage.setItem("workbench:who", field.value); } catch { /* storage is off */ }
    }
    this.edit(field);
  }

  onClick(e) {
    // A link inside the page moves there; the address keeps naming the step, so that a reload comes back to it.
    const inside = e.target.closest('a[href^="#doc-"]');
    if (inside && this.el.contains(inside)) {
      e.preventDefault();
      const target = this.el.querySelector(`#${CSS.escape(inside.hash.slice(1))}`);
      target?.setAttribute("tabindex", "-1");
      target?.focus({ preventScroll: true });
      return void target?.scrollIntoView();
    }
    const target = e.target.closest("[data-action]");
    if (!target || !this.el.contains(target)) return;
    e.preventDefault();
    if (target.getAttribute("aria-disabled") === "true") return;
    this.flush();
    const { action, id = "", value = "" } = target.dataset;
    if (action === "go") return void (location.hash = id);
    const inputs = {};
    for (const field of target.closest("form, [data-form]")?.querySelectorAll("[data-local]") ?? []) {
      inputs[field.name] = valueOf(field);
    }
    this.send({ kind: "action", name: action, id, value, inputs });
  }

  onKey(e) {
    const writing = e.target.matches("input:not([type=checkbox],[type=radio]), textarea, select");
    if ((e.ctrlKey || e.metaKey) && !e.altKey && !writing) {
      const key = e.key.toLowerCase();
      const name = key === "z" ? (e.shiftKey ? "redo" : "undo") : key === "y" ? "redo" : "";
      if (name) {
        e.preventDefault();
        this.send({ kind: "action", name, id: "", value: "", inputs: {} });
      }
    }
    if (e.key === "Escape" || (e.key === "Enter" && e.target.name === "ui/who")) {
      const who = this.el.querySelector("details.wb-who[open]");
      if (who) {
        this.flush();
        if (e.target.name === "ui/who") this.onChange(e);
        who.open = false;
        who.querySelector("summary").focus();
      } else if (e.key === "Escape") {
        e.target.closest(".wb-editor")?.querySelector('[data-action="close"]')?.click();
      }
    }
    if (e.key === "ArrowDown" || e.key === "ArrowUp") this.onArrow(e);
    if (e.key === "Enter" && e.target.matches(".wb-picker input[name$='/words']")) {
      e.preventDefault();
      e.target.closest(".wb-picker").querySelector("[data-suggest] button")?.click();
    }
    if (e.key === "Enter" && e.target.matches("input[data-submit]")) {
      e.preventDefault();
      e.target.closest("form, [data-form]")?.querySelector("button[data-action]")?.click();
    }
  }

  /** The arrows go from a field to what it suggests, and along the suggestions; Enter presses one, as it does any button. */
  onArrow(e) {
    const picker = e.target.closest(".wb-picker");
    const list = picker?.querySelector("[data-suggest]");
    const typed = e.target.matches("input[name$='/words']");
    if (!list || !(typed || list.contains(e.target))) return;
    e.preventDefault();
    const stops = [picker.querySelector("input[name$='/words']"), ...list.querySelectorAll("button")];
    const at = stops.indexOf(e.target) + (e.key === "ArrowDown" ? 1 : -1);
    stops[Math.max(0, Math.min(stops.length - 1, at))].focus();
  }

  async upload(field) {
    const [file] = field.files;
    if (!file) return;
    if (file.size > UPLOAD_LIMIT) {
      this.say(`${file.name} is ${Math.round(file.size / 1048576)} MB. The largest file that can be brought in here is 40 MB. Use “workbench figures import” on the command line.`);
      field.value = "";
      return;
    }
    this.say(`Reading ${file.name}…`);
    const bytes = await file.arrayBuffer();
    this.send({ kind: "upload", name: field.dataset.upload, value: file.name }, [bytes]);
    field.value = "";
  }

  go(step) {
    this.flush();
    this.send({ kind: "action", name: "go", id: step, value: "", inputs: {} });
  }

  // --- receiving -----------------------------------------------------------------------------------------------

  receive(message, buffers) {
    if (message.kind === "ack") {
      for (const seq of [...this.pending.keys()]) if (seq <= message.seq) this.pending.delete(seq);
      this.dead = false;
      this.keepDraft();
      if (this.skipped && !this.pending.size && !this.typing.size) {
        this.skipped = false;
        this.morph();
      }
      if (message.problem) this.status(message.problem, "bad");
      else if (!this.pending.size && !this.typing.size) this.status(message.saved || "Open", message.saved ? "good" : "");
    } else if (message.kind === "say") {
      this.say(message.text);
    } else if (message.kind === "download") {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([buffers[0]], { type: message.type }));
      link.download = message.name;
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
      this.say(`${message.name} is in your downloads.`);
    } else if (message.kind === "focus") {
      requestAnimationFrame(() => {
        const target = this.el.querySelector(message.selector);
        target?.focus({ preventScroll: true });
        target?.scrollIntoView({ block: message.block || "start" });
        if (message.top) window.scrollTo(0, 0);
      });
    }
  }

  morph() {
    const page = document.createElement("div");
    page.innerHTML = this.model.get("html");
    const busy = new Set(this.typing.keys());
    for (const p of this.pending.values()) if (p.kind === "edit") busy.add(p.name);
    Idiomorph.morph(this.el, page, {
      morphStyle: "innerHTML",
      // Idiomorph leaves out the whole content of the active element, which is right for a field only.
      ignoreActiveValue: Boolean(document.activeElement?.matches("input, textarea, select")),
      restoreFocus: true,
      callbacks: {
        beforeNodeMorphed: (old, fresh) => {
          if (old.nodeType !== 1 || fresh.nodeType !== 1) return true;
          if (old.hasAttribute("data-keep")) return false;
          if (old.dataset.figure && old.dataset.figure === fresh.dataset.figure) return false;
          if (old.name && busy.has(old.name)) {
            this.skipped = true; // looked at again when the edit is acknowledged
            return false;
          }
          if (old.tagName === "DETAILS" && old.open) fresh.open = true;
          return true;
        },
      },
    });
    this.showStep();
    // The app owns its page's title; in JupyterLab the title is the notebook's.
    if (document.body.dataset.voila) {
      const [heading, name] = [this.el.querySelector("h1"), this.el.querySelector(".wb-bar b")];
      document.title = [heading?.textContent, name?.textContent].filter(Boolean).join(" – ");
    }
    this.draw();
  }

  /** On a phone the steps lie in a row that scrolls: bring the current one into it, once, when it changes. */
  showStep() {
    const here = this.el.querySelector(".wb-here");
    const step = here?.querySelector("a").hash;
    if (!here || this.step === step) return;
    this.step = step;
    const row = here.parentElement;
    row.scrollLeft += here.getBoundingClientRect().left - row.getBoundingClientRect().left - 16;
  }

  async draw() {
    const figures = this.model.get("figures");
    const places = [...this.el.querySelectorAll("[data-figure]")].filter((p) => figures[p.dataset.figure]);
    if (!places.length) return;
    let Plotly;
    try {
      Plotly = await loadPlotly(this.model);
    } catch {
      for (const p of places) p.textContent = "The chart could not be drawn. Its table holds the same figures.";
      return;
    }
    for (const place of places) {
      const width = place.clientWidth;
      if (!width) continue;
      const shape = width < NARROW ? "narrow" : "wide";
      const json = figures[place.dataset.figure][shape];
      const was = this.drawn.get(place);
      if (was && was.json === json && Math.abs(was.width - width) < 2) continue;
      this.drawn.set(place, { json, width });
      const figure = JSON.parse(json);
      place.style.minHeight = `${figure.layout.height}px`;
      await Plotly.react(place, figure.data, { ...figure.layout, width, autosize: false }, {
        displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: false, showTips: false,
      });
      if (!place.dataset.linked) {
        place.dataset.linked = "true";
        place.on("plotly_click", (click) => this.onMark(place, click));
      }
      // The figure has a text alternative and a table beside it: its inner parts are not more stops for the Tab key.
      for (const part of place.querySelectorAll("a, [tabindex]")) part.setAttribute("tabindex", "-1");
    }
  }

  /** A mark of a chart was clicked: the area it stands for is chosen, here and in the other charts. */
  onMark(place, click) {
    const data = click.points?.[0]?.customdata;
    const code = Array.isArray(data) ? data[0] : data;
    if (typeof code !== "string" || !code) return;
    this.flush();
    const { mark = "mark-area", markTarget = "" } = place.dataset;
    this.send({ kind: "action", name: mark, id: code, value: markTarget, inputs: {} });
  }

  // --- saying --------------------------------------------------------------------------------------------------

  status(text, kind) {
    const place = this.el.querySelector("[data-status]");
    if (!place || (place.textContent === text && place.dataset.kind === kind)) return;
    place.textContent = text;
    place.dataset.kind = kind;
  }

  say(text) {
    const place = this.el.querySelector("[data-say]");
    if (!place) return;
    place.textContent = text;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => { if (place.textContent === text) place.textContent = ""; }, 8000);
  }

  watch() {
    const late = (p) => Date.now() - p.at > (p.kind === "upload" || p.name === "export" ? PATIENCE : ACK_LIMIT);
    const waiting = [...this.pending.values()];
    // While a file is read or a document written, what comes after it waits too.
    const long = waiting.some((p) => (p.kind === "upload" || p.name === "export") && !late(p));
    if (!long && waiting.some(late)) {
      this.dead = true;
      const edits = waiting.some((p) => p.kind === "edit");
      this.status(edits ? "Not saved – reload the page" : "Not connected – reload the page", "bad");
    } else if (document.visibilityState === "visible" && Date.now() - this.lastPing > PING_EVERY) {
      this.ping();
    }
  }

  ping() {
    this.lastPing = Date.now();
    if (!this.pending.size) this.send({ kind: "ping", name: "", value: "" });
  }

  // --- drafts: what was typed and never acknowledged survives a dead kernel and a reload -------------------------

  keepDraft() {
    const edits = {};
    for (const p of this.pending.values()) if (p.kind === "edit") edits[p.name] = p.value;
    try {
      if (Object.keys(edits).length) localStorage.setItem(this.key, JSON.stringify(edits));
      else if (!this.offered) localStorage.removeItem(this.key);
    } catch { /* storage is off or full: the page still says when something is not saved */ }
  }

  offerDrafts() {
    let edits = {};
    try { edits = JSON.parse(localStorage.getItem(this.key) || "{}"); } catch { return; }
    const names = Object.keys(edits);
    if (!names.length) return;
    this.offered = true;
    const bar = this.el.querySelector("[data-draft]");
    if (!bar) return;
    bar.className = "wb-draft";
    bar.replaceChildren(`${names.length === 1 ? "One edit was" : `${names.length} edits were`} not saved before the page was reloaded. `);
    const choose = (text, act) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "wb-btn wb-quiet";
      button.textContent = text;
      button.addEventListener("click", () => {
        this.offered = false;
        bar.replaceChildren();
        bar.className = "";
        try { localStorage.removeItem(this.key); } catch { /* storage is off */ }
        act();
      });
      bar.append(button);
    };
    choose("Put back what was typed", () => { for (const n of names) this.send({ kind: "edit", name: n, value: edits[n] }); });
    choose("Leave it out", () => {});
  }
}

export default {
  render({ model, el }) {
    const live = new Live(model, el);
    return () => live.destroy();
  },
};
