"use strict";
(() => {
// What the page answers: rows of sums that hold at two dates are added up exactly, with whole numbers (BigInt). A row is
// [known from, known until, since, until, low, high (null: open), decimal places, open facts, flags]; a day is counted
// from 1 January of year 1, and 0 is no day: known today, or for ever. Ends are exclusive.
const data = JSON.parse(document.getElementById("data").textContent);
const APPROXIMATE = 1, DISPUTED = 2, LOOSE = 4, OVERLAP = 8, CERTAIN = 16;
const EPOCH = 719163;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const KINDS = { delivery: "delivered", training: "trained", pledge: "pledged", commitment: "committed", announcement: "announced", cancellation: "cancelled", disbursement: "disbursed", receipt: "received", expenditure: "spent" };
const at = { asOf: 0, known: 0, subject: 0, sort: "date", down: true, all: false, whole: new Set(), allLearned: false };
const MOST_BARS = 40;
const byId = (id) => document.getElementById(id);

// Days.

const dateOf = (day) => new Date((day - EPOCH) * 86400000);
const iso = (day) => dateOf(day).toISOString().slice(0, 10);
const inWords = (day) => { const date = dateOf(day); return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`; };
function dayOf(text) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text || "")) return 0;
  const time = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text ? 0 : time / 86400000 + EPOCH;
}
/** The place of the last of some days that is not after a day; -1: all are. */
function lastUpTo(days, day) {
  let low = 0, high = days.length;
  while (low < high) { const middle = (low + high) >> 1; if (days[middle] <= day) low = middle + 1; else high = middle; }
  return low - 1;
}

// Sums.

const isKnown = (from, until, known) => (known ? from <= known && (!until || known < until) : !until);
const counts = (since, until, day) => since <= day && (!until || day < until);

/** The sum of rows that hold at two dates; null if there is none. */
function sumOf(rows, known, day) {
  const held = rows.filter((row) => isKnown(row[0], row[1], known) && counts(row[2], row[3], day));
  if (!held.length) return null;
  const places = Math.max(...held.map((row) => row[6]));
  let low = 0n, high = 0n, open = 0, flags = 0, isOpen = false;
  for (const row of held) {
    const unit = 10n ** BigInt(places - row[6]), certain = row[8] & CERTAIN;
    const least = BigInt(row[4]) * unit;
    low += certain || least < 0n ? least : 0n;
    if (row[5] === null) isOpen = true;
    else { const most = BigInt(row[5]) * unit; high += certain || most > 0n ? most : 0n; }
    open += row[7];
    flags |= row[8];
  }
  return { low, high: isOpen ? null : high, places, open, flags };
}

/** A whole number of decimal places, as people write it. */
function written(number, places) {
  const digits = (number < 0n ? -number : number).toString().padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
  const rest = digits.slice(digits.length - places).replace(/0+$/, "");
  return `${number < 0n ? "-" : ""}${whole}${rest && `.${rest}`}`;
}

/** A sum in words, with its currency before the number. */
function say(sum, currency = "") {
  const about = sum.flags & APPROXIMATE ? "about " : "", prefix = currency && `${currency} `;
  const low = written(sum.low, sum.places);
  if (sum.high === null) return `at least ${about}${prefix}${low}`;
  return sum.low === sum.high ? `${about}${prefix}${low}` : `${about}${prefix}${low} to ${written(sum.high, sum.places)}`;
}
const withUnit = (key, sum) => (key.money ? say(sum, key.unit) : [say(sum), key.unit].filter(Boolean).join(" "));
function flagsOf(sum) {
  return [[DISPUTED, "disputed"], [APPROXIMATE, "about"], [LOOSE, "loose"], [OVERLAP, "overlap"]].filter(([bit]) => sum.flags & bit).map(([, name]) => name);
}

// Elements: all texts are set as texts.

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}
const fill = (id, ...children) => byId(id).replaceChildren(...children.filter((child) => child !== null));
function link(source, name = "text") {
  const safe = (url) => /^https?:\/\//i.test(url || "");
  const shown = safe(source.url) ? element("a", { href: source.url, rel: "noreferrer" }, source[name]) : source[name];
  const kept = safe(source.archived) ? element("a", { href: source.archived, rel: "noreferrer" }, "kept copy") : null;
  return element("li", {}, shown, kept && " (", kept, kept && ")");
}
function table(caption, heads, rows) {
  const head = heads.map(([name, kind]) => element("th", { scope: "col", class: kind }, name));
  const body = rows.map((row) => element("tr", {}, ...row.map((cell, number) => element("td", { class: heads[number][1] }, cell ?? ""))));
  return element("table", {}, element("caption", {}, caption), element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body));
}

function more(number, show) {
  const button = element("button", { type: "button" }, `Show all ${number}`);
  button.addEventListener("click", show);
  return button;
}

// Facts.

const spansNow = () => data.spans.filter(([, from, until, since, end]) => isKnown(from, until, at.known) && counts(since, end, at.asOf));
let listed = null;
/** The facts that count at both dates, found once after these have changed. */
function factsNow() {
  if (!listed) {
    const found = new Map();
    for (const [number, , , , , certain] of spansNow()) found.set(number, { ...data.facts[number], certain: Boolean(certain) });
    listed = [...found.values()];
  }
  return listed;
}
const isOf = (fact, key) => fact.kind === key.kind && (key.money ? fact.currency === key.unit && fact.value : (fact.item ?? null) === key.item && (fact.unit ?? null) === key.unit && fact.number);
function factShown(fact) {
  const who = [fact.donor || fact.party, fact.recipient].filter(Boolean).join(" → ");
  const about = [who, fact.role && `as ${fact.role}`, fact.via && `via ${fact.via}`, fact.what, fact.project].filter(Boolean).join(" · ");
  const amount = [fact.number, fact.value].filter(Boolean).join(", ");
  const standing = fact.certain ? "" : " (perhaps: it may not have happened by then, or something may have replaced it)";
  return element("div", { class: "fact" },
    element("p", {}, element("strong", {}, amount || "no number stated"), `: ${fact.kind}, ${fact.date}${standing}`),
    element("p", {}, about),
    fact.due ? element("p", {}, `due ${fact.due[0]}`) : null,
    fact.flags ? element("p", { class: "note" }, fact.flags.join("; ")) : null,
    fact.note ? element("p", { class: "note" }, fact.note) : null,
    element("ul", {}, ...(fact.reports || []).map((number) => link(data.sources[number]))),
    element("p", { class: "note" }, `id ${fact.id}`, fact.replaces ? `, replaces ${fact.replaces.join(", ")}` : ""));
}
/** What replaces these facts or takes off from them, and what was learned of them. */
function behind(facts) {
  const ids = new Set(facts.map((fact) => fact.id));
  const others = factsNow().filter((fact) => !ids.has(fact.id) && (fact.replaces || []).some((id) => ids.has(id)));
  const learned = data.amendments.filter((each) => ids.has(each.of) && (!at.known || each.known <= at.known));
  return [
    others.length ? element("h3", {}, "What replaces them or takes off from them") : null, ...others.map(factShown),
    learned.length ? element("h3", {}, "What was learned of them") : null,
    learned.length ? element("ol", { class: "learned" }, ...learned.map((each) => element("li", {}, `${inWords(each.known)}: ${each.text}`))) : null,
  ].filter(Boolean);
}
function explain(key) {
  const sum = sumOf(key.rows, at.known, at.asOf);
  const facts = factsNow().filter((fact) => isOf(fact, key));
  fill("explanation-title", `${nameOf(key)}, ${KINDS[key.kind] || key.kind}: ${sum ? withUnit(key, sum) : "nothing reported"}`);
  const flags = sum ? flagsOf(sum) : [];
  fill("explanation-facts", element("p", { class: "note" }, cuts(), flags.length ? ` · ${flags.join(", ")}` : ""), ...facts.map(factShown),
    facts.length ? null : element("p", {}, "No fact counts on these dates."), ...behind(facts));
  byId("explanation").showModal();
}

// What is shown.

const nameOf = (key) => (key.money ? `Money, ${key.unit}` : [key.label || key.item || "Not specified", key.unit && `(${key.unit})`].filter(Boolean).join(" "));
const subjectOf = (key) => JSON.stringify([key.money, key.item, key.unit]);
const subjects = [...new Map(data.sums.map((key) => [subjectOf(key), key])).entries()]
  .map(([id, key]) => ({ id, key, keys: data.sums.filter((each) => subjectOf(each) === id) }))
  .sort((one, other) => other.keys.reduce((all, key) => all + key.rows.length, 0) - one.keys.reduce((all, key) => all + key.rows.length, 0));
const ORDER = ["delivery", "training", "disbursement", "commitment", "pledge", "announcement"];
const inOrder = (keys) => [...keys].sort((one, other) => (ORDER.indexOf(one.kind) + 99) % 99 - (ORDER.indexOf(other.kind) + 99) % 99);
const cuts = () => `as of ${inWords(at.asOf)} · ${at.known ? `as known on ${inWords(at.known)}` : `with all that was known on ${inWords(data.about.made)}, when this page was made`}`;

function numberButton(key, sum) {
  const button = element("button", { type: "button", class: "number", "aria-label": `${nameOf(key)}, ${KINDS[key.kind] || key.kind}: ${sum ? withUnit(key, sum) : "nothing reported"}. Why?` }, sum ? withUnit(key, sum) : "–");
  button.addEventListener("click", () => explain(key));
  return button;
}
function showCards() {
  const subject = subjects[at.subject];
  if (!subject) { fill("cards", element("p", {}, "The log has no numbers.")); return; }
  fill("cards", ...inOrder(subject.keys).map((key) => {
    const sum = sumOf(key.rows, at.known, at.asOf), flags = sum ? flagsOf(sum) : [];
    const open = sum && sum.open ? `${sum.open} without an upper bound` : "";
    return element("div", { class: "card" }, element("h3", {}, KINDS[key.kind] || key.kind), numberButton(key, sum),
      element("p", {}, sum ? [...flags, open].filter(Boolean).join(", ") : "nothing reported"));
  }));
}
function showSums() {
  const kinds = inOrder([...new Set(data.sums.map((key) => key.kind))].map((kind) => ({ kind }))).map((each) => each.kind);
  const rows = subjects.map((subject) => {
    const sums = kinds.map((kind) => { const key = subject.keys.find((each) => each.kind === kind); return key && [key, sumOf(key.rows, at.known, at.asOf)]; });
    if (!sums.some((each) => each && each[1])) return null;
    const flags = new Set(sums.flatMap((each) => (each && each[1] ? flagsOf(each[1]) : [])));
    return [nameOf(subject.key), ...sums.map((each) => (each && each[1] ? numberButton(...each) : "")), [...flags].join(", ")];
  }).filter(Boolean);
  const used = kinds.map((_, number) => rows.some((row) => row[number + 1] !== ""));
  const kept = (row) => [row[0], ...row.slice(1, -1).filter((_, number) => used[number]), row[row.length - 1]];
  const heads = [["what", ""], ...kinds.filter((_, number) => used[number]).map((kind) => [KINDS[kind] || kind, "right"]), ["note", ""]];
  fillTable("sums", rows, "Nothing is reported to have happened by then.", cuts(), heads, kept);
}
function answerNow(section) {
  const { known, valid, pool } = data.answers;
  const row = at.known ? lastUpTo(known.slice(0, -1), at.known) : known.length - 1, column = lastUpTo(valid, at.asOf);
  const kept = byId(`${section}-kept`);
  kept.textContent = "";
  if (row < 0 || column < 0) return [];
  const all = (days, shown, day) => !shown.some((each) => each > days[lastUpTo(days, day)] && each <= day);
  const exact = all(valid, data.valid, at.asOf) && (!at.known || all(known.slice(0, -1), data.known, at.known));
  if (!exact) kept.textContent = `Kept for some days only: this is ${column ? `as of ${inWords(valid[column])}` : `before ${inWords(data.valid[0])}`}${at.known ? `, as known on ${inWords(known[row])}` : ""}.`;
  return data.answers[section][row][column].map((number) => pool[number]);
}
function bar(bars) {
  const most = bars.promised[1];
  if (!most || most <= 0 || bars.linked[1] === null) return null;
  const width = (value) => `width:${Math.max(0, Math.min(100, (100 * value) / most)).toFixed(2)}%`;
  const may = bars.may_serve[1] === null ? 0 : bars.may_serve[1];
  return element("div", { class: "bar", "aria-hidden": "true" }, element("span", { style: width(bars.linked[0]) }), element("span", { class: "soft", style: width(bars.linked[1] - bars.linked[0] + may) }));
}
/** A table in a section: the first rows, and a button for the others. */
function fillTable(section, rows, nothing, caption, heads, cells) {
  const kept = at.whole.has(section) ? rows : rows.slice(0, MOST_FACTS);
  const others = kept.length < rows.length ? more(rows.length, () => { at.whole.add(section); show(); }) : null;
  fill(section, rows.length ? table(caption, heads, kept.map(cells)) : element("p", {}, nothing), others);
}
function showAnswers() {
  const promises = answerNow("fulfilment");
  const heads = [["who", ""], ["what", ""], ["promised", "right"], ["linked", "right"], ["may serve", "right"], ["outstanding", "right"], ["overdue", "right"], ["due", ""], ["note", ""]];
  fillTable("fulfilment", promises, "No promise is reported to have been made by then.", `${cuts()}. The bar: what is surely linked, and lighter what may be.`, heads, (row) => [
    `${row.who || "–"} (${row.kind})`, element("span", {}, [row.what, row.project].filter(Boolean).join(", "), bar(row.bars)), row.promised, row.linked, row.may_serve, row.outstanding, row.overdue ?? "–", row.due, row.flags.join(", ")]);
  const projects = answerNow("projects");
  fillTable("projects", projects, "No project is reported by then.", cuts(), [["project", ""], ["status", ""], ["planned start", ""], ["planned end", ""], ["who", ""]],
    (row) => [row.name, row.status, row.start, row.end, [row.parties, row.loose].filter(Boolean).join("; ")]);
  const levels = answerNow("levels");
  fillTable("levels", levels, "No level is reported.", cuts(), [["level of", ""], ["day", ""], ["reported", "right"], ["the record has", "right"], ["note", ""], ["reports", ""]],
    (row) => [row.of, row.day, row.reported, row.recorded, row.note, row.reports]);
}
function showAmendments() {
  const now = data.amendments.filter((each) => !at.known || each.known <= at.known).sort((one, other) => other.known - one.known);
  fill("amendments", now.length ? element("ol", { class: "learned" }, ...now.slice(0, at.allLearned ? now.length : MOST_LEARNED).map((each) => element("li", {}, `${inWords(each.known)}: ${each.text}`))) : element("p", {}, "Nothing by then."),
    now.length > MOST_LEARNED && !at.allLearned ? more(now.length, () => { at.allLearned = true; showAmendments(); }) : null);
}
const COLUMNS = { date: (fact) => fact.last || 3652060, kind: (fact) => fact.kind, what: (fact) => fact.what || "", who: (fact) => fact.donor || fact.party || "", project: (fact) => fact.project || "" };
const MOST_FACTS = 50, MOST_LEARNED = 8;
function showFacts() {
  const wanted = byId("search").value.trim().toLowerCase();
  const texts = (fact) => [fact.id, fact.kind, fact.date, fact.what, fact.donor, fact.recipient, fact.party, fact.project, fact.number, fact.value, fact.note, ...(fact.reports || []).map((number) => data.sources[number].text)].filter(Boolean).join(" ").toLowerCase();
  const found = factsNow().filter((fact) => !wanted || texts(fact).includes(wanted));
  const by = COLUMNS[at.sort];
  found.sort((one, other) => (by(one) < by(other) ? -1 : by(one) > by(other) ? 1 : one.id < other.id ? -1 : 1));
  if (at.down) found.reverse();
  byId("found").textContent = `${found.length} fact${found.length === 1 ? "" : "s"}`;
  const shown = at.all ? found : found.slice(0, MOST_FACTS);
  const head = (name) => {
    const button = element("button", { type: "button" }, `${name}${at.sort === name ? (at.down ? " ▼" : " ▲") : ""}`);
    button.addEventListener("click", () => { at.down = at.sort === name && !at.down; at.sort = name; showFacts(); });
    return element("th", { scope: "col", "aria-sort": at.sort === name ? (at.down ? "descending" : "ascending") : "none" }, button);
  };
  const rows = shown.map((fact) => element("tr", {}, element("td", {}, fact.date), element("td", {}, fact.kind), element("td", {}, fact.what || ""), element("td", { class: "right" }, [fact.number, fact.value].filter(Boolean).join(", ")),
    element("td", {}, [fact.donor || fact.party, fact.recipient].filter(Boolean).join(" → ")), element("td", {}, fact.project || ""),
    element("td", {}, [fact.certain ? "" : "perhaps", ...(fact.flags || [])].filter(Boolean).join("; ")), element("td", {}, element("ul", {}, ...(fact.reports || []).map((number) => link(data.sources[number], "short"))))));
  const heads = [head("date"), head("kind"), head("what"), element("th", { scope: "col", class: "right" }, "number"), head("who"), head("project"), element("th", { scope: "col" }, "note"), element("th", { scope: "col" }, "reports")];
  const made = element("table", {}, element("caption", {}, cuts()), element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows));
  fill("facts", made, shown.length < found.length ? more(found.length, () => { at.all = true; showFacts(); }) : null);
}

// Charts, drawn by Vega-Lite. An open end is an arrow, never a filled band.

const charts = {};
const COLOURS = ["var(--one)", "var(--two)"];
function colours() { const style = getComputedStyle(document.documentElement); return { ink: style.getPropertyValue("--ink").trim(), soft: style.getPropertyValue("--soft").trim(), line: style.getPropertyValue("--line").trim(), one: style.getPropertyValue("--one").trim(), two: style.getPropertyValue("--two").trim() }; }
const toNumber = (number, places) => Number(number) / 10 ** places;
function segments() {
  const subject = subjects[at.subject];
  if (!subject) return [];
  const chosen = inOrder(subject.keys).filter((key) => ["delivery", "training", "disbursement", "commitment", "pledge"].includes(key.kind));
  const last = Math.max(at.asOf, at.known || data.about.made);
  return chosen.flatMap((key) => {
    const rows = key.rows.filter((row) => isKnown(row[0], row[1], at.known));
    const days = [...new Set(rows.flatMap((row) => [row[2], row[3]]))].filter((day) => day && day <= last).sort((one, other) => one - other);
    const first = rows.some((row) => !row[2]) ? [(days[0] || data.valid[0] || last) - 60, ...days] : days;
    return first.map((day, number) => {
      const sum = sumOf(rows, at.known, day), end = number + 1 < first.length ? first[number + 1] : last;
      return sum && { kind: KINDS[key.kind], from: iso(day), to: iso(end), low: toNumber(sum.low, sum.places), high: sum.high === null ? null : toNumber(sum.high, sum.places), open: sum.high === null, last: end === last, words: withUnit(key, sum) };
    }).filter(Boolean);
  });
}
function config() {
  const { ink, soft, line } = colours();
  return { background: "transparent", font: "system-ui, sans-serif", view: { stroke: null }, axis: { labelColor: ink, titleColor: ink, domainColor: soft, tickColor: soft, gridColor: line, labelFontSize: 12 }, legend: { labelColor: ink, titleColor: ink, labelFontSize: 12 }, text: { color: ink } };
}
const days = (field, field2) => ({ x: { field, type: "temporal", scale: { type: "utc" }, title: null, axis: { format: "%b %Y", labelOverlap: true, grid: false } }, ...(field2 ? { x2: { field: field2 } } : {}) });
function stepsSpec() {
  const { one, two, ink } = colours(), money = subjects[at.subject]?.key.money;
  const y = (field) => ({ field, type: "quantitative", title: null, axis: money ? { labelExpr: "abs(datum.value) >= 1e9 ? format(datum.value / 1e9, ',') + ' billion' : abs(datum.value) >= 1e6 ? format(datum.value / 1e6, ',') + ' million' : format(datum.value, ',')" } : { format: ",~f", tickMinStep: 1 } });
  const color = { field: "kind", type: "nominal", scale: { range: [one, two, ink] }, legend: { orient: "top", title: null } };
  const tooltip = { field: "words", type: "nominal" };
  return { width: "container", height: 220, autosize: { type: "fit-x", contains: "padding" }, data: { name: "segments" }, config: config(), layer: [
    { transform: [{ filter: "!datum.open && datum.high > datum.low" }], mark: { type: "rect", opacity: 0.25 }, encoding: { ...days("from", "to"), y: y("low"), y2: { field: "high" }, color, tooltip } },
    { mark: { type: "rule", strokeWidth: 2.5 }, encoding: { ...days("from", "to"), y: y("low"), color, tooltip } },
    { transform: [{ filter: "!datum.open" }], mark: { type: "rule", strokeWidth: 1.5, strokeDash: [4, 2] }, encoding: { ...days("from", "to"), y: y("high"), color, tooltip } },
    { transform: [{ filter: "datum.open" }], mark: { type: "point", shape: "triangle-up", filled: true, size: 60, yOffset: -8, opacity: 1 }, encoding: { ...days("to"), y: y("low"), color, tooltip } },
    { transform: [{ filter: "datum.open && datum.last" }], mark: { type: "text", align: "right", dx: -8, dy: -8, text: "or more" }, encoding: { ...days("to"), y: y("low") } },
    { data: { name: "cut" }, mark: { type: "rule", color: ink, strokeDash: [2, 2] }, encoding: days("day") },
  ] };
}
function promiseBars() {
  let facts = factsNow().filter((fact) => ["pledge", "commitment", "delivery", "disbursement"].includes(fact.kind) && (fact.last || fact.first));
  if (facts.length > MOST_BARS) facts = facts.filter((fact) => subjects[at.subject].keys.some((key) => isOf(fact, key)));
  at.left = Math.max(0, facts.length - MOST_BARS);
  return facts.slice(-MOST_BARS).flatMap((fact) => {
    const first = fact.first || fact.last - 60, last = fact.last || fact.first + 60; // of an open end the nearest days, with an arrow
    const row = `${fact.what || fact.value || "not specified"}: ${fact.kind}`.slice(0, 60), words = [fact.kind, fact.number, fact.value, fact.date, fact.due && `due ${fact.due[0]}`].filter(Boolean).join(", ");
    const base = { row, kind: fact.kind === "pledge" || fact.kind === "commitment" ? "promised" : "done", words };
    const found = [{ ...base, from: iso(first), to: iso(last + 1), soft: last > first, open: fact.first && fact.last ? "" : fact.first ? "later" : "earlier" }];
    if (fact.due) {
      const due = [fact.due[1] || last, fact.due[2] || fact.due[1] || last];
      if (due[0] > last) found.push({ ...base, from: iso(last), to: iso(due[0]), soft: false, thin: true });
      if (due[1] > Math.max(due[0], last)) found.push({ ...base, from: iso(Math.max(due[0], last)), to: iso(due[1] + 1), soft: true, thin: true });
    }
    return found;
  });
}
function promisesSpec() {
  const { one, two, ink } = colours();
  const color = { field: "kind", type: "nominal", scale: { domain: ["done", "promised"], range: [one, two] }, legend: { orient: "top", title: null } };
  return { width: "container", height: { step: 18 }, autosize: { type: "fit-x", contains: "padding" }, data: { name: "bars" }, config: config(), layer: [
    { mark: { type: "bar", minBandSize: 4, stroke: null }, encoding: { ...days("from", "to"), y: { field: "row", type: "nominal", title: null, sort: null, axis: { labelLimit: Math.min(260, Math.round(byId("promises").clientWidth / 3)) } }, color, opacity: { condition: [{ test: "datum.open", value: 0.15 }, { test: "datum.soft", value: 0.35 }], value: 0.95 }, tooltip: { field: "words", type: "nominal" } } },
    ...["earlier", "later"].map((open) => ({ transform: [{ filter: `datum.open === "${open}"` }], mark: { type: "point", shape: open === "later" ? "triangle-right" : "triangle-left", filled: true, size: 50, opacity: 0.9 }, encoding: { ...days(open === "later" ? "to" : "from"), y: { field: "row", type: "nominal", sort: null }, color } })),
    { data: { name: "cut" }, mark: { type: "rule", color: ink, strokeDash: [2, 2] }, encoding: days("day") },
  ] };
}
async function draw(id, spec, values, shape) {
  const place = byId(id);
  if (!(values.bars || values.segments).length) { charts[id]?.view.finalize(); delete charts[id]; place.replaceChildren(); return; }
  if (!charts[id] || charts[id].shape !== shape) {
    charts[id]?.view.finalize();
    charts[id] = { shape, view: null };
    const made = await vegaEmbed(place, { ...spec(), datasets: values }, { actions: false, ast: true, renderer: "svg", tooltip: false, logLevel: 1 });
    charts[id] = { shape, view: made.view };
    place.querySelector("svg")?.setAttribute("aria-hidden", "true");
    return;
  }
  if (!charts[id].view) return;
  for (const [name, rows] of Object.entries(values)) charts[id].view.data(name, rows);
  await charts[id].view.runAsync();
}
let drawing = Promise.resolve();
function showCharts() {
  const cut = [{ day: iso(at.asOf) }], subject = subjects[at.subject];
  const steps = segments(), bars = promiseBars();
  byId("steps-caption").textContent = subject ? `${nameOf(subject.key)} over time, ${at.known ? `as known on ${inWords(at.known)}` : "with all that is known"}: the line is certain; the band is possible; an arrow means “or more”. The dashed line is ${inWords(at.asOf)}.` : "";
  byId("promises-caption").textContent = bars.length ? "When it was promised and is due, and when it was done; lighter where the day is not known exactly; an arrow means “or earlier” or “or later”." + (at.left ? ` ${at.left} earlier ones are not drawn.` : "") : "";
  const theme = matchMedia("(prefers-color-scheme: dark)").matches;
  drawing = drawing.then(() => draw("steps", stepsSpec, { segments: steps, cut }, `${at.subject} ${theme}`)).then(() => draw("promises", promisesSpec, { bars, cut }, `${bars.length && new Set(bars.map((each) => each.row)).size} ${theme}`)).catch((error) => console.error(error));
}

// The controls, and the address.

let waiting = 0;
function show() {
  listed = null;
  const slider = byId("as-of"), known = byId("known");
  slider.value = Math.max(0, lastUpTo(data.valid, at.asOf));
  slider.setAttribute("aria-valuetext", inWords(at.asOf));
  known.value = at.known ? Math.max(0, lastUpTo(data.known, at.known)) : data.known.length;
  known.setAttribute("aria-valuetext", at.known ? inWords(at.known) : "today");
  byId("as-of-date").value = iso(at.asOf);
  byId("known-date").value = at.known ? iso(at.known) : "";
  byId("known-today").textContent = at.known ? "" : "today";
  byId("subject").value = at.subject;
  byId("cuts").textContent = cuts();
  showCards(); showSums(); showAnswers(); showAmendments(); showFacts(); showCharts();
  const subject = subjects[at.subject], parts = [["as-of", iso(at.asOf)]];
  if (at.known) parts.push(["known-at", iso(at.known)]);
  if (subject) parts.push(subject.key.money ? ["currency", subject.key.unit] : ["item", subject.key.item ?? ""]);
  if (subject && !subject.key.money && subject.key.unit) parts.push(["unit", subject.key.unit]);
  clearTimeout(waiting); // writing the address takes longer than all else, so it waits until the slider rests
  const before = location.hash; // an address that is opened meanwhile stands
  waiting = setTimeout(() => { if (location.hash === before) history.replaceState(null, "", `#${parts.map(([name, value]) => `${name}=${encodeURIComponent(value ?? "")}`).join("&")}`); }, 200);
}
function fromAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  at.asOf = dayOf(asked.get("as-of")) || data.about.made;
  at.known = dayOf(asked.get("known-at"));
  const wanted = subjects.findIndex(({ key }) => (asked.has("currency") ? key.money && key.unit === asked.get("currency") : asked.has("item") && !key.money && (key.item ?? "") === asked.get("item") && (!asked.has("unit") || (key.unit ?? "") === asked.get("unit"))));
  at.subject = Math.max(0, wanted);
  show();
}
function move(name, step) {
  if (name === "as-of") {
    const place = lastUpTo(data.valid, at.asOf);
    const next = step < 0 && place >= 0 && data.valid[place] < at.asOf ? place : place + step;
    at.asOf = data.valid[Math.min(data.valid.length - 1, Math.max(0, next))] ?? at.asOf;
  } else {
    const place = at.known ? lastUpTo(data.known, at.known) : data.known.length;
    const next = Math.max(0, (step < 0 && at.known && place >= 0 && data.known[place] < at.known ? place : place + step));
    at.known = next >= data.known.length ? 0 : data.known[next];
  }
  show();
}
function begin() {
  const about = data.about;
  byId("about").textContent = `What was delivered, promised and known, on any day. Made on ${inWords(about.made)} from the log “${about.log}”: ${about.records.toLocaleString("en")} records, written ${about.first ? `from ${inWords(about.first)} to ${inWords(about.last)}` : "never"}; its digest is ${about.digest}.`;
  byId("method").textContent = `Made by aidtimeline ${about.version}. The page holds the facts of the log, and adds them up itself; it loads nothing, and sends nothing.`;
  byId("cite").textContent = `How to cite: ${about.title}, as of and as known on the dates shown above, page made on ${inWords(about.made)}, log digest ${about.digest}. Licence of the record: ${about.licence || "none is stated"}. The reports that are linked belong to their publishers.`;
  byId("subject").replaceChildren(...subjects.map(({ key }, number) => element("option", { value: number }, nameOf(key))));
  byId("as-of").max = Math.max(0, data.valid.length - 1);
  byId("known").max = data.known.length;
  byId("as-of").addEventListener("input", (event) => { at.asOf = data.valid[event.target.value] ?? at.asOf; show(); });
  byId("known").addEventListener("input", (event) => { at.known = data.known[event.target.value] ?? 0; show(); });
  byId("as-of-date").addEventListener("change", (event) => { at.asOf = dayOf(event.target.value) || at.asOf; show(); });
  byId("known-date").addEventListener("change", (event) => { at.known = dayOf(event.target.value); show(); });
  for (const name of ["as-of", "known"]) {
    byId(`${name}-before`).addEventListener("click", () => move(name, -1));
    byId(`${name}-after`).addEventListener("click", () => move(name, 1));
  }
  byId("subject").addEventListener("change", (event) => { at.subject = Number(event.target.value); show(); });
  byId("search").addEventListener("input", showFacts);
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", fromAddress);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showCharts);
  byId("page").hidden = false;
  fromAddress();
}
begin();
})();
