"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const rows = [...document.querySelectorAll(".said li")];
  const flags = [...document.querySelectorAll(".flags > li")];
  const picture = document.getElementById("picture");
  const cursor = document.getElementById("cursor");
  const live = document.getElementById("live");
  const dialog = document.getElementById("keys");
  const keysOn = document.getElementById("keys-on");
  const times = JSON.parse(document.getElementById("times").textContent);
  const axis = { left: Number(picture.dataset.left), width: Number(picture.dataset.width), span: Number(picture.dataset.span) };
  const atOf = (row) => Number(row.dataset.at);
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)");

  function show(at) {
    const x = axis.left + axis.width * Math.min(1, Math.max(0, at / axis.span));
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    cursor.removeAttribute("visibility");
  }

  function rowAt(at) {
    let low = 0, high = rows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (atOf(rows[middle]) <= at) low = middle; else high = middle - 1;
    }
    return rows[low];
  }

  function goTo(row) {
    if (!row) return;
    document.querySelector(".said .here")?.classList.remove("here");
    row.classList.add("here");
    row.scrollIntoView({ block: "center", behavior: isCalm.matches ? "auto" : "smooth" });
    show(atOf(row));
  }

  picture.addEventListener("click", (event) => {
    if (event.target.closest("a")) return;
    const box = picture.getBoundingClientRect();
    const x = (event.clientX - box.left) * picture.viewBox.baseVal.width / box.width;
    goTo(rowAt((x - axis.left) / axis.width * axis.span));
  });

  let current = -1;
  function flag(index) {
    if (flags.length === 0) return;
    flags[current]?.classList.remove("here");
    current = (index + flags.length) % flags.length;
    const card = flags[current];
    card.classList.add("here");
    card.scrollIntoView({ block: "nearest", behavior: isCalm.matches ? "auto" : "smooth" });
    card.querySelector("h3 a").focus({ preventScroll: true });
    goTo(document.getElementById(card.dataset.row));
    live.textContent = card.querySelector("h3").textContent;
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#flag-"]');
    const index = link ? flags.indexOf(document.getElementById(link.getAttribute("href").slice(1))) : -1;
    if (index < 0) return;
    event.preventDefault();
    flag(index);
  });

  // A clip and its words in step. Words become elements only in rows that a clip plays.
  function wordsOf(row) {
    const known = times[row.id];
    if (!known) return [];
    if (!row.parts) {
      const walker = document.createTreeWalker(row.querySelector(".text"), NodeFilter.SHOW_TEXT);
      const texts = [];
      while (walker.nextNode()) texts.push(walker.currentNode);
      row.parts = [];
      for (const node of texts) {
        const pieces = node.textContent.split(/( +)/).map((piece) => {
          if (!piece.trim()) return document.createTextNode(piece);
          const part = document.createElement("span");
          part.textContent = piece;
          row.parts.push(part);
          return part;
        });
        node.replaceWith(...pieces);
      }
    }
    return known.map((at, index) => ({ at, part: row.parts[index] }));
  }
  for (const audio of document.querySelectorAll("audio")) {
    const card = audio.closest("li");
    const first = Number(audio.dataset.at);
    let marked = null;
    audio.addEventListener("play", () => {
      for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
    });
    audio.addEventListener("timeupdate", () => {
      const at = first + audio.currentTime * 1000;
      show(at);
      const from = rows.indexOf(document.getElementById(card.dataset.row));
      let now = null;
      for (const row of rows.slice(Math.max(0, from - 3), from + 4)) {
        if (row.dataset.stream !== card.dataset.stream) continue;
        for (const word of wordsOf(row)) if (word.part && word.at <= at) now = word.part;
      }
      if (now === marked) return;
      marked?.classList.remove("now");
      now?.classList.add("now");
      marked = now;
    });
    audio.addEventListener("pause", () => marked?.classList.remove("now"));
  }

  function theme() {
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
  }
  function play() {
    const audio = flags[current]?.querySelector("audio");
    if (audio) { if (audio.paused) audio.play(); else audio.pause(); }
  }
  const commands = { j: () => flag(current + 1), k: () => flag(current < 0 ? -1 : current - 1), p: play, d: theme, "?": () => dialog.showModal() };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat || dialog.open) return;
    if (event.target.closest("input, textarea, select, audio") || !(keysOn.checked || event.key === "?")) return;
    const command = commands[event.key];
    if (!command) return;
    event.preventDefault();
    command();
  });
  for (const button of document.querySelectorAll("[data-key]")) {
    button.addEventListener("click", () => commands[button.dataset.key]());
  }
})();
