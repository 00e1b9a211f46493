/**
 * Pure upcasts: payloads of an older version to the next. The store keeps what was written; readers
 * see the newest form. An entry `Type: { 1: f }` turns version 1 into version 2.
 */
export type Upcast = (data: never) => unknown;
export const upcasts: Readonly<Record<string, Readonly<Record<number, Upcast>>>> = {};
