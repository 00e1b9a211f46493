import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What docs/problems.md says of one code: paragraphs of plain text with `code` in backticks. */
interface ProblemPage {
  readonly code: string;
  readonly group: string;
  readonly text: string;
}

/** The part of a `type` URI after /problems/: "ACCOUNT_HELD" becomes "account-held". */
export const slugOf = (code: string): string => code.toLowerCase().replaceAll('_', '-');

/** Each `### CODE` of the document with the text below it, under the `## Group` above it. */
export function parseProblemPages(markdown: string): readonly ProblemPage[] {
  const pages: ProblemPage[] = [];
  let group = '';
  for (const part of markdown.split(/^(?=###? )/m)) {
    const [heading = '', ...lines] = part.split('\n');
    if (heading.startsWith('## ')) group = heading.slice(3).trim();
    if (!heading.startsWith('### ')) continue;
    pages.push({ code: heading.slice(4).trim(), group, text: lines.join('\n').trim() });
  }
  return pages;
}

/**
 * Reads docs/problems.md of the package that this file belongs to, wherever it was built to.
 * @throws Error where no folder above has it
 */
export function readProblemPages(): readonly ProblemPage[] {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'docs/problems.md'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('docs/problems.md is not where the package is installed');
    folder = above;
  }
  return parseProblemPages(readFileSync(join(folder, 'docs/problems.md'), 'utf8'));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);

const html = (title: string, body: string): string =>
  `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>
<body>
${body}
</body>
</html>
`;

const paragraphs = (text: string): string =>
  text
    .split(/\n{2,}/)
    .map((one) => `<p>${escapeHtml(one).replace(/`([^`]+)`/g, '<code>$1</code>')}</p>`)
    .join('\n');

/** The page of one code. */
export const pageOf = ({ code, group, text }: ProblemPage): string =>
  html(
    code,
    `<h1>${escapeHtml(code)}</h1>\n<p>${escapeHtml(group)}</p>\n${paragraphs(text)}\n<p><a href="/problems">All problems</a></p>`,
  );

/** Links to every code's page, in the document's order. */
export function listOf(pages: readonly ProblemPage[]): string {
  const groups = [...new Set(pages.map(({ group }) => group))].map((group) => {
    const items = pages
      .filter((page) => page.group === group)
      .map(({ code }) => `<li><a href="/problems/${slugOf(code)}">${escapeHtml(code)}</a></li>`);
    return `<h2>${escapeHtml(group)}</h2>\n<ul>\n${items.join('\n')}\n</ul>`;
  });
  return html('Problems', `<h1>Problems</h1>\n${groups.join('\n')}`);
}
