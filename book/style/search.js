// Search by pagefind: in the dialog that the theme opens (button, Ctrl+K) and on the search page.
(() => {
  "use strict";
  const HAN = "\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff";
  const BETWEEN_HAN = new RegExp(`([${HAN}])((?:</?mark>)*)\\s+(?=(?:</?mark>)*[${HAN}])`, "g");
  const root = document.documentElement.dataset.content_root || "./";
  const SHOWN = { dialog: 8, page: 50 };
  const LOOKED_AT = 20; // of the results, for a title that holds the query: their scores are often equal
  const OWN = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const SAY = OWN === "zh"
    ? {
        book: "搜索本手册",
        served: "浏览器不能在文件中搜索。用网页服务打开手册即可搜索：",
        then: "，然后打开 http://localhost:8000。",
        nothing: (query) => `没有找到“${query}”。`,
        found: (all, shown) => `找到 ${all} 页${shown < all ? `，显示最相关的 ${shown} 页` : ""}。`,
        failed: "搜索功能未能载入：",
      }
    : {
        book: "Search this book",
        served: "A browser does not search in files. Serve the book, and search works: ",
        then: ", then open http://localhost:8000.",
        nothing: (query) => `Nothing found for “${query}”.`,
        found: (all, shown) => `${all} ${all === 1 ? "page" : "pages"} found${shown < all ? `, the best ${shown} shown` : ""}.`,
        failed: "The search could not be loaded: ",
      };
  let pagefind;

  // Loaded when somebody searches, not before.
  const engine = () => {
    pagefind ??= import(new URL(`${root}pagefind/pagefind.js`, location.href)).then(async (module) => {
      await module.options({ excerptLength: 30 });
      await module.init();
      return module;
    });
    return pagefind;
  };

  // The index holds each Chinese character as a word: a Chinese run is asked for as its characters in a row.
  const parts = (query) => {
    const runs = query.match(new RegExp(`[${HAN}]+`, "g")) ?? [];
    const rest = query.replace(new RegExp(`[${HAN}]+`, "g"), " ").replace(/[^\p{L}\p{N}"%.-]+/gu, " ").trim();
    const asked = runs.map((run) => (run.length > 1 ? `"${[...run].join(" ")}"` : run));
    return /[\p{L}\p{N}]/u.test(rest) ? [...asked, rest] : asked;
  };

  const search = async (query) => {
    const asked = parts(query);
    if (!asked.length) return [];
    const found = await engine();
    // Pages in the language of this one come first.
    const inOwn = (await found.search(asked[0], { filters: { language: OWN } })).results;
    const own = new Set(inOwn.map((result) => result.id));
    const lists = [];
    for (const part of asked) lists.push((await found.search(part)).results);
    // A page must hold every part; the first part says what is shown of it.
    const others = lists.slice(1).map((list) => new Map(list.map((result) => [result.id, result.score])));
    return lists[0]
      .filter((result) => others.every((scores) => scores.has(result.id)))
      .map((result) => ({ result, score: others.reduce((sum, scores) => sum + scores.get(result.id), result.score) }))
      .sort((one, other) => own.has(other.result.id) - own.has(one.result.id) || other.score - one.score)
      .map(({ result }) => result);
  };

  const asWritten = (text) => text.replace(BETWEEN_HAN, "$1$2").replace(/<\/mark>(\s?)<mark>/g, "$1");

  // Pages whose title holds the query come first, within a language; the rest stays in its order.
  const titledFirst = (all, query) => {
    const plain = (text) => text.replace(/\s+/g, "").toLowerCase();
    const isOwn = (data) => data.url.includes("book/zh/") === (OWN === "zh");
    const rank = (data) => 2 * isOwn(data) + plain(data.meta.title).includes(plain(query));
    return all.map((data) => [rank(data), data]).sort((one, other) => other[0] - one[0]).map(([, data]) => data);
  };

  const link = (url, words) => {
    const anchor = document.createElement("a");
    anchor.href = root + url.replace(/^\//, "");
    anchor.textContent = words;
    return anchor;
  };

  const item = (data) => {
    const entry = document.createElement("li");
    const best = data.sub_results[0] ?? data;
    const section = best.url !== data.url && best.title !== data.meta.title;
    entry.append(link(best.url, asWritten(data.meta.title) + (section ? ` › ${asWritten(best.title)}` : "")));
    const excerpt = document.createElement("p");
    excerpt.innerHTML = asWritten(best.excerpt);
    entry.append(excerpt);
    return entry;
  };

  const attach = (form, list, status, shown) => {
    const input = form.querySelector("input[type=search]");
    let asked = 0;
    const run = async () => {
      const query = input.value.trim();
      const mine = ++asked;
      if (!query) {
        list.replaceChildren();
        status.textContent = "";
        return;
      }
      if (location.protocol === "file:") {
        status.textContent = `${SAY.served}python -m http.server --directory _build/html${SAY.then}`;
        return;
      }
      try {
        const results = await search(query);
        const looked = await Promise.all(results.slice(0, Math.max(shown, LOOKED_AT)).map((result) => result.data()));
        const data = titledFirst(looked, query).slice(0, shown);
        if (mine !== asked) return; // somebody has typed on
        list.replaceChildren(...data.map(item));
        status.textContent = results.length ? SAY.found(results.length, data.length) : SAY.nothing(query);
      } catch (error) {
        if (mine === asked) status.textContent = `${SAY.failed}${error.message}`;
      }
    };
    let waiting;
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(run, 150);
    });
    // Down from the field to the results, up and down among them, up from the first to the field.
    form.parentElement.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      const stops = [input, ...list.querySelectorAll("a")];
      const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      if (!stops.includes(document.activeElement) || !stops[next]) return;
      event.preventDefault();
      stops[next].focus();
    });
    return { input, run };
  };

  const results = (parent) => {
    const status = document.createElement("p");
    status.className = "ch-search-status";
    status.setAttribute("role", "status");
    const list = document.createElement("ul");
    list.className = "ch-search-results";
    parent.append(status, list);
    return [list, status];
  };

  const start = () => {
    const dialog = document.getElementById("pst-search-dialog");
    if (dialog) {
      dialog.setAttribute("aria-label", SAY.book);
      const { input } = attach(dialog.querySelector("form"), ...results(dialog), SHOWN.dialog);
      // a link to a place on this very page does not leave it
      dialog.addEventListener("click", (event) => event.target.closest("a") && dialog.close());
      input.addEventListener("focus", () => location.protocol === "file:" || engine().catch(() => {}), { once: true });
    }
    const place = document.getElementById("search-results");
    if (place) {
      const form = place.parentElement.querySelector("form.bd-search");
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        history.replaceState(null, "", `?q=${encodeURIComponent(input.value)}`);
        run();
      });
      const { input, run } = attach(form, ...results(place), SHOWN.page);
      input.value = new URLSearchParams(location.search).get("q") ?? "";
      input.focus();
      run();
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
