const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/**
 * A field of a CSV record (RFC 4180): in quotes where it holds a quote, the delimiter or the end of
 * a line.
 */
export const csvField = (text: string, delimiter: string): string =>
  text.includes('"') || text.includes(delimiter) || text.includes('\n') || text.includes('\r')
    ? quoted(text)
    : text;

/**
 * Text that a spreadsheet would run as a formula, led by an apostrophe (OWASP, CSV injection);
 * plain numbers, signed ones too, stay numbers.
 */
export const withoutFormula = (text: string): string =>
  /^[=+\-@\t\r\n]/.test(text) && !/^-?[0-9]+(\.[0-9]+)?$/.test(text) ? `'${text}` : text;

/**
 * A cell of an export: nothing for null, JSON for an object, never a formula. Readers guess the
 * delimiter and may cut spaces, so a semicolon and spaces at an end are put in quotes too.
 */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = withoutFormula(typeof value === 'object' ? JSON.stringify(value) : String(value));
  return text.includes(';') || /^\s|\s$/.test(text) ? quoted(text) : csvField(text, ',');
}
