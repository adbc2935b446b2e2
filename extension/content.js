// The content script: one button, the snapshot of the page in view, and nothing else until
// the user clicks. It reads no lead itself; the core does (Rust), here where the page's
// policy lets WebAssembly run, else in the extension's worker.
(() => {
  if (globalThis.__snap) return;

  // Stamped in by the build from `lode_core::sites::snapshot`, the readers' own lists.
  const PLANS = /*plans*/ {};
  const DROPPED = new Set(/*dropped-elements*/ []);
  const MORE = new Set(/*element-attributes*/ []);
  const HIDES = /*hiding-styles*/ /$^/;
  // Deeper elements are left out (their text stays): no real page is near it, and a hostile
  // one must not make reading slow.
  const DEPTH_MAX = 400;
  const CHARS_MAX = 8_000_000;
  // Longer attributes are left out: LinkedIn keeps half a megabyte of settings in `meta`.
  const VALUE_MAX = /*value-max*/ 0;
  const LOADING_MS = 6_000;
  const SEEN = { opacityProperty: true, visibilityProperty: true };
  // What lists and pages are made of: where a style sheet hides one of these, only the browser
  // knows, and no lead stands there.
  const PARTS = "li, tr, section, article, [role=listitem], [role=row]";
  const PAGES = [
    ["linkedin", /(^|\.)linkedin\.com$/, /^\/(in|pub|company|school|showcase|sales|mynetwork|search\/results)\//],
    ["crunchbase", /(^|\.)crunchbase\.com$/, /^\/(person|organization|discover|lists|search|app\/search|textsearch)(\/|$)/],
    ["google", /(^|\.)google\.[a-z.]+$/, /^\/search$/],
  ];
  const UPDATED = "The extension was updated. Reload this page, then capture again.";
  const MOVED = "Another page came into view. Click again to capture that one.";
  const SILENT = "The extension did not answer. Try again.";

  // The format of `lode_core::snapshot`: marks that open, name, give a value, hold text, close.
  const [OPEN, NAME, VALUE, TEXT, CLOSE] = "\x01\x02\x03\x04\x05";
  const SPACE = /[ \t\n\f\r]+/g;
  const clean = (text) => text.replace(/[\x01-\x05]/g, " ");

  const decoded = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };

  const segments = () => location.pathname.split("/").filter(Boolean);
  // The slug or id in the address, of those that embedded data and half-done navigations are about.
  const whose = () => {
    const [area, second = "", third = ""] = segments();
    return /^(in|company|school|showcase)$/.test(area) ? second : area === "sales" ? third.split(",")[0] : "";
  };

  // LinkedIn draws pages of its former layout in a frame of its own site, over what it keeps of
  // the page before. The body of the page in view: that of such a frame, where one is shown.
  const inView = () => {
    for (const frame of document.querySelectorAll("iframe")) {
      const { width, height } = frame.getBoundingClientRect();
      const covers = width > innerWidth / 2 && height > innerHeight / 2;
      // `contentDocument` is null where the frame is another site's.
      if (covers && frame.checkVisibility(SEEN) && frame.contentDocument?.body?.firstElementChild) {
        return frame.contentDocument.body;
      }
    }
    return document.body;
  };

  // The page without what no reader looks at. Walks without recursion: a page may nest as
  // deep as it likes.
  globalThis.__snap = () => {
    const body = inView();
    const [area = ""] = segments();
    const [site] = PAGES.find(([, name]) => name.test(location.hostname)) ?? ["other"];
    const { attributes, made, elements, metas, regions } = PLANS[site];
    const carried = new Set(attributes);
    const isMade = new RegExp(made);
    // What no reader of a page at such an address looks at.
    const leftOut = new Set();
    for (const [areas, selectors] of regions) {
      for (const part of areas.includes(area) ? new Set([document, body?.ownerDocument ?? document]) : []) {
        for (const region of part.querySelectorAll(selectors)) leftOut.add(region);
      }
    }
    const isKept = (node) =>
      (elements && node.matches(elements)) ||
      (node.tagName === "META" && [node.name, node.getAttribute("property")].some((name) => metas.includes(name)));
    const out = [];
    let chars = 0;
    let depth = 0;
    const put = (piece) => {
      chars += piece.length;
      if (chars > CHARS_MAX) throw new Error("This page is too large to be captured.");
      out.push(piece);
    };
    const value = ({ name, value }, whole) => {
      if (value.length > VALUE_MAX) return undefined;
      if (name === "style") return HIDES.test(value) ? value.toLowerCase() : undefined;
      if (!carried.has(name) && !(whole && MORE.has(name))) return undefined;
      if (name !== "class") return value;
      return value.split(SPACE).filter((own) => own && !isMade.test(own)).join(" ") || undefined;
    };
    const open = (element, whole) => {
      if (depth >= DEPTH_MAX) return;
      let start = OPEN + clean(element.localName);
      if (element === document.documentElement && formerTitle !== undefined) {
        start += NAME + "data-former-title" + VALUE + clean(formerTitle);
      }
      if (element.matches(PARTS) && !element.checkVisibility()) start += NAME + "hidden" + VALUE;
      for (const attribute of element.attributes) {
        const text = value(attribute, whole);
        if (text !== undefined) start += NAME + attribute.name + VALUE + clean(text);
      }
      put(start);
    };
    const close = () => {
      if (depth < DEPTH_MAX) put(CLOSE);
    };
    // LinkedIn's blocks hold all that was loaded before: only those that name the page's own
    // slug or id are read (in Sales Navigator those of the lead loaded first too, to tell that
    // it is still shown), and they are most of the page's size.
    const own = whose();
    const names = [own, decoded(own)].map((name) => name.toLowerCase()).filter(Boolean);
    if (area === "sales") names.push("flagshipprofileurl");
    const isOwn = (text) => names.some((name) => text.toLowerCase().includes(name));
    // Writes a node's beginning, or all of it; true where its children come next.
    const enter = (node) => {
      if (node.nodeType === Node.TEXT_NODE) {
        if (node.data) put(TEXT + clean(node.data).replace(SPACE, " "));
        return false;
      }
      if (node.nodeType !== Node.ELEMENT_NODE) return false;
      if (node === document.body && node !== body) {
        walk(body);
        return false;
      }
      // The region's own element stays: that the page has one tells its layout.
      if (leftOut.has(node)) {
        open(node);
        close();
        return false;
      }
      // The site's other embedded data is large, and no reader's.
      const isCode = node.tagName === "CODE" && node.id;
      if (isCode || DROPPED.has(node.tagName.toUpperCase())) {
        if (!isKept(node) || (isCode && !isOwn(node.textContent))) return false;
        open(node, true);
        if (node.textContent) put(TEXT + clean(node.textContent));
        close();
        return false;
      }
      open(node);
      if (node.firstChild) return true;
      close();
      return false;
    };
    const walk = (top) => {
      for (let node = top; node; ) {
        if (enter(node)) {
          depth += 1;
          node = node.firstChild;
          continue;
        }
        while (node !== top && !node.nextSibling) {
          node = node.parentNode;
          depth -= 1;
          close();
        }
        if (node === top) break;
        node = node.nextSibling;
      }
    };
    walk(document.documentElement);
    return out.join("");
  };

  async function ask(message) {
    for (let tries = 1; ; tries += 1) {
      if (!chrome.runtime?.id) throw new Error(UPDATED);
      // The worker may be stopped between message and answer: the same message goes again,
      // and the worker takes a repeated click once.
      const reply = await chrome.runtime.sendMessage(message).catch(() => undefined);
      if (reply) return reply;
      if (tries >= 3) throw new Error(chrome.runtime?.id ? SILENT : UPDATED);
    }
  }

  let rules; // the site's newer rule file, where the worker has one
  let wasm; // whether the page lets WebAssembly run: unknown before the first click
  function wasmAllowed() {
    try {
      new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
      return true;
    } catch {
      return false;
    }
  }

  // The page in view, read here or made ready for the worker.
  async function read() {
    const url = location.href;
    const snapshot = globalThis.__snap();
    wasm ??= wasmAllowed();
    if (wasm && !globalThis.__read) {
      const reply = await ask({ kind: "need_core" });
      wasm = reply.kind === "core_ready";
      rules = reply.rules ?? undefined;
    }
    if (wasm) {
      try {
        return { kind: "parsed", url, parsed: globalThis.__read(url, snapshot, rules) };
      } catch {
        wasm = false;
      }
    }
    return { kind: "snapshot", url, snapshot };
  }

  // Waits until the page changes, at most until `end`.
  function change(end) {
    return new Promise((resolve) => {
      const done = () => {
        observer.disconnect();
        clearTimeout(timer);
        setTimeout(resolve, 200);
      };
      const observer = new MutationObserver(done);
      for (const part of new Set([document, inView()])) {
        if (part) observer.observe(part, { childList: true, subtree: true, characterData: true });
      }
      const timer = setTimeout(done, Math.max(0, end - Date.now()));
    });
  }

  async function capture() {
    const click_id = crypto.randomUUID();
    const mine = visit;
    const end = Date.now() + LOADING_MS;
    for (;;) {
      const reply = await ask({ ...(await read()), click_id });
      if (reply.kind !== "wait") return reply;
      if (Date.now() >= end) return { kind: "refused", message: reply.message };
      await change(end);
      // The click was meant for the page that was in view.
      if (mine !== visit) return { kind: "refused", message: MOVED };
    }
  }

  chrome.runtime.onMessage.addListener((message, sender, reply) => {
    if (sender.id !== chrome.runtime.id) return false;
    if (message?.kind === "show_button") {
      shown = message.show === true;
      place();
      return false;
    }
    if (message?.kind !== "read" && message?.kind !== "snapshot") return false;
    const answer = message.kind === "read" ? read : async () => ({ kind: "snapshot", url: location.href, snapshot: globalThis.__snap() });
    answer().then(reply, (error) => reply({ kind: "failed", message: error.message }));
    return true;
  });

  // The button. Its shadow root is closed and names nothing, and the page's styles do not
  // reach it.
  const STYLE = `
    :host { all: initial; position: fixed; right: 24px; bottom: 96px; z-index: 2147483646; }
    div { display: flex; flex-direction: column; align-items: flex-end; gap: 8px; font: 14px/1.3 system-ui, sans-serif; }
    button { all: unset; box-sizing: border-box; cursor: pointer; padding: 10px 18px; border-radius: 22px; font-weight: 600;
      color: #fff; background: #1f4b99; box-shadow: 0 2px 10px rgb(0 0 0 / 30%); }
    button:hover { background: #173a78; }
    button:focus-visible { outline: 3px solid #ffb020; outline-offset: 2px; }
    button[aria-disabled="true"] { background: #52606d; cursor: progress; }
    button[data-done] { background: #1b7f4d; }
    p { margin: 0; max-width: 280px; padding: 10px 14px; border-radius: 10px; color: #1f2933; background: #fff;
      border: 1px solid #cbd2d9; box-shadow: 0 2px 10px rgb(0 0 0 / 20%); }
    p:empty { display: none; }
    @media print { :host { display: none; } }`;
  let host;
  let button;
  let note;
  let shown = false;
  let visit = 0; // which page the button belongs to
  let fade;

  function build() {
    host = document.createElement("div");
    const root = host.attachShadow({ mode: "closed" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const box = document.createElement("div");
    note = document.createElement("p");
    note.setAttribute("role", "status");
    button = document.createElement("button");
    button.type = "button";
    box.append(note, button);
    root.append(box);
    button.addEventListener("click", (event) => {
      // A page can make events, but not trusted ones.
      if (event.isTrusted && button.getAttribute("aria-disabled") !== "true") clicked();
    });
    idle();
  }

  function idle() {
    clearTimeout(fade);
    button.textContent = "Capture";
    button.removeAttribute("aria-disabled");
    delete button.dataset.done;
    note.textContent = "";
  }

  async function clicked() {
    const mine = visit;
    clearTimeout(fade);
    button.textContent = "Capturing…";
    button.setAttribute("aria-disabled", "true");
    note.textContent = "";
    const reply = await capture().catch((error) => ({ kind: "refused", message: error.message }));
    if (mine !== visit) return; // the answer to a page that is no longer in view
    idle();
    if (reply.kind === "captured") {
      button.textContent = `✓ ${reply.message}`;
      button.dataset.done = "";
      fade = setTimeout(idle, 4_000);
    } else {
      note.textContent = reply.message;
      fade = setTimeout(idle, 12_000);
    }
  }

  const supported = () =>
    PAGES.some(([, name, path]) => name.test(location.hostname) && path.test(location.pathname));

  function place() {
    if (!shown || !supported()) return host?.remove();
    if (!host) build();
    if (!host.isConnected) document.documentElement.append(host);
  }

  let address = location.href;
  let owner = whose();
  // The title when the address came to be another's without the document being loaded anew: as
  // long as it has not changed, the page may still be the former one.
  let formerTitle;
  function moved() {
    if (location.href === address) return;
    address = location.href;
    if (whose() !== owner) {
      owner = whose();
      formerTitle = document.title;
    }
    visit += 1;
    if (button) idle();
    place();
  }
  globalThis.navigation?.addEventListener("currententrychange", moved);
  addEventListener("popstate", moved);

  ask({ kind: "hello" }).then(
    (reply) => {
      shown = reply.show_button === true;
      place();
    },
    () => {},
  );
})();
