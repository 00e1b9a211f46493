import { expect, test } from '@jest/globals';
import { DomainError, StoreError } from '../../src/kernel/errors.js';
import { Standing } from '../../src/runtime/standing.js';

const refusal = (what: string): DomainError =>
  new DomainError('CHECKPOINT_NOT_IN_LOG', `${what} stands behind it.`, 'unavailable');

/** Two checkpoints, each of which may be met by something; and how often they were looked at. */
function standing() {
  const met: { one?: Error; other?: Error } = {};
  let looks = 0;
  const check = (error: () => Error | undefined) => async (): Promise<void> => {
    looks += 1;
    const thrown = error();
    if (thrown) throw thrown;
  };
  const it = new Standing([check(() => met.one), check(() => met.other)]);
  return { it, met, looks: () => looks };
}

test('it is looked at once, and again where something was met since', async () => {
  const { it, met, looks } = standing();
  expect(it.isSure).toBe(false);
  await Promise.all([it.require(), it.require()]);
  await it.require();
  expect([it.isSure, looks()]).toEqual([true, 2]);
  it.doubt();
  met.one = refusal('The one');
  await expect(it.require()).rejects.toMatchObject({ code: 'CHECKPOINT_NOT_IN_LOG' });
  delete met.one;
  await it.require();
  expect(it.isSure).toBe(true);
});

test('every checkpoint that the log has not is named, and asked for again each time', async () => {
  const { it, met, looks } = standing();
  Object.assign(met, { one: refusal('The one'), other: refusal('The other') });
  for (const _ of [1, 2])
    await expect(it.require()).rejects.toMatchObject({
      kind: 'unavailable',
      detail: 'The one stands behind it. The other stands behind it.',
    });
  expect(looks()).toBe(4);
});

test('a log that is away may come back as another; a place that is away says nothing of it', async () => {
  const { it, met } = standing();
  met.one = new StoreError('STORE_FAILED', 'The log is away.');
  await expect(it.require()).rejects.toMatchObject({ code: 'STORE_FAILED' });
  expect(it.isSure).toBe(false);
  met.one = new Error('The database is away.');
  await it.require();
  expect(it.isSure).toBe(true);
});
