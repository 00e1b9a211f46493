export const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:';

/**
 * An element as text, with nothing between what stands in it. Nothing is escaped: a test writes
 * what no writer would.
 * @param start its name, and attributes as they are written after it
 */
export const element = (start: string, ...inner: readonly string[]): string =>
  `<${start}>${inner.join('')}</${start.split(' ')[0]}>`;

/** The document of a message of ISO 20022. */
export const documentOf = (type: string, ...inner: readonly string[]): string =>
  element(`Document xmlns="${NAMESPACE}${type}"`, ...inner);
