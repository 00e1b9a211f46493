/**
 * Splits the text of one record (RFC 4180: fields may be in double quotes, a quote inside is
 * doubled).
 * @returns the fields; 'open' when the record ends inside quotes, so that it may go on in the next
 *   line; 'malformed' for a quote where none may be
 */
export function splitRecord(text: string, delimiter: string): string[] | 'open' | 'malformed' {
  if (!text.includes('"')) return text.split(delimiter);
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] !== '"') {
      const end = text.indexOf(delimiter, at);
      const field = end < 0 ? text.slice(at) : text.slice(at, end);
      if (field.includes('"')) return 'malformed';
      fields.push(field);
      if (end < 0) return fields;
      at = end + 1;
      continue;
    }
    let value = '';
    let from = at + 1;
    for (;;) {
      const quote = text.indexOf('"', from);
      if (quote < 0) return 'open';
      value += text.slice(from, quote);
      if (text[quote + 1] !== '"') {
        at = quote + 1;
        break;
      }
      value += '"';
      from = quote + 2;
    }
    fields.push(value);
    if (at >= text.length) return fields;
    if (text[at] !== delimiter) return 'malformed';
    at += 1;
  }
}

const DELIMITERS = [';', ',', '\t'];

/** The delimiter that occurs most in a header, outside quotes; ";" where none does. */
export function detectDelimiter(header: string): string {
  const bare = header.replace(/"(?:[^"]|"")*"/g, '');
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}
