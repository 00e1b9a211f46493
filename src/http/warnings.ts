import type { Schema } from './openapi.js';

const text: Schema = { type: 'string' };

/** As answers have the warnings of a step. */
export const WARNINGS: Schema = {
  type: 'array',
  description: 'What whoever decides should know, and what is not refused.',
  items: {
    type: 'object',
    required: ['code', 'detail'],
    properties: { code: text, detail: text },
  },
};
