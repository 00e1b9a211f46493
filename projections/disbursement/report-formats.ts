import { csvCell } from '../../src/kernel/csv.js';
import type { ReconciliationReport } from './reconciliation-report.js';
import { factsOf, sectionsOf, type Section } from './report-sections.js';
import { words, type Language } from './report-texts.js';

const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;

const csvSection = ({ title, head, rows, note }: Section): string =>
  [
    '\r\n',
    csvLine(note === undefined ? [title] : [title, note]),
    csvLine(head),
    ...rows.map(csvLine),
  ].join('');

/**
 * RFC 4180 with a byte-order mark, section after section, each led by its title; what a spreadsheet
 * would run is escaped.
 */
export const reportCsv = (report: ReconciliationReport, language: Language): string =>
  [
    '\ufeff',
    csvLine([words[language].title]),
    ...factsOf(report, language).map(csvLine),
    ...sectionsOf(report, language).map(csvSection),
  ].join('');

const STYLE =
  'body{font:14px/1.45 system-ui,"Noto Sans Arabic",sans-serif;margin:2em auto;max-width:64em;color:#1b1b1b}h1{font-size:1.5em;margin:0 0 .6em}h2{font-size:1.1em;margin:1.8em 0 .4em}' +
  'dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(14em,1fr));gap:.4em 1.5em;margin:0}dt{color:#666;font-size:.85em}dd{margin:0;font-weight:600}table{border-collapse:collapse;width:100%}' +
  'th,td{padding:.35em .6em;border-bottom:1px solid #ddd;text-align:start;vertical-align:top;overflow-wrap:anywhere}th{color:#555;font-weight:600;overflow-wrap:normal}.n{text-align:end;white-space:nowrap;font-variant-numeric:tabular-nums}' +
  '.note{margin:.5em 0 0;font-weight:600}.bad{color:#a40000}.sign{margin-top:4em;border-top:1px solid #999;width:18em;padding-top:.4em;color:#666}@media print{body{margin:0;font-size:11px}h2,table,tr{break-inside:avoid}}';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const html = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);
/** Codes, dates and amounts read from left to right, also in Arabic. */
const cell = (text: string): string =>
  /\p{Script=Arabic}/u.test(text) ? html(text) : `<bdi dir="ltr">${html(text)}</bdi>`;

function htmlTable({ head, rows, numbers }: Section): string {
  const css = (column: number): string => (numbers.includes(column) ? ' class="n"' : '');
  const headings = head.map((text, i) => `<th scope="col"${css(i)}>${html(text)}</th>`);
  const lines = rows.map((row) => {
    const cells = row.map((text, i) => `<td${css(i)}>${cell(text)}</td>`);
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<table><thead><tr>${headings.join('')}</tr></thead><tbody>${lines.join('')}</tbody></table>`;
}

function htmlSection(section: Section, nothing: string): string {
  const { title, rows, note, isWrong } = section;
  const body = rows.length === 0 ? `<p>${html(nothing)}</p>` : htmlTable(section);
  const css = isWrong ? 'note bad' : 'note';
  const below = note === undefined ? '' : `<p class="${css}">${html(note)}</p>`;
  return `<section><h2>${html(title)}</h2>${body}${below}</section>`;
}

/** A page of its own that prints on paper; from right to left in Arabic. */
export function reportHtml(report: ReconciliationReport, language: Language): string {
  const say = words[language];
  const title = `${say.title} – ${report.cycle.programmeId} ${report.cycle.period}`;
  const facts = factsOf(report, language).map(
    ([name, value]) => `<div><dt>${html(name)}</dt><dd>${cell(value)}</dd></div>`,
  );
  const sections = sectionsOf(report, language).map((one) => htmlSection(one, say.none));
  return [
    `<!doctype html><html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`,
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${html(title)}</title><style>${STYLE}</style></head>`,
    `<body><h1>${html(say.title)}</h1><dl>${facts.join('')}</dl>`,
    ...sections,
    `<p class="sign">${html(say.signature)}</p></body></html>\n`,
  ].join('');
}
