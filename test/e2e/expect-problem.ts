import { expect } from '@jest/globals';
import { type Json, type Reply } from './http-world.js';

/** A refusal is problem+json with status, code, and the field at fault where there is one. */
export async function expectProblem(
  reply: Promise<Reply>,
  status: number,
  code: string,
  field?: string,
): Promise<Json> {
  const { body, headers, text } = await reply;
  expect(`${body?.status} ${body?.code} ${body?.field ?? ''} ${text.length < 4_000}`).toBe(
    `${status} ${code} ${field ?? body?.field ?? ''} true`,
  );
  expect(headers.get('content-type')).toContain('application/problem+json');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(body.correlationId).toBe(headers.get('x-correlation-id'));
  return body;
}
