import { expect, test } from '@jest/globals';
import { dismissEntry } from '../../src/use-cases/statements/bank-entries.js';
import { pain002Of } from '../support/bank-messages.js';
import { e2e, entries, money, statementOf, two, waiting } from './bank-agrees.fixtures.js';
import { payments, take, world } from './bank-messages.fixtures.js';
import { as } from './world.js';

/** Of everything that waits, a person says that it is nothing of ours. */
async function dismissAll(): Promise<void> {
  for (const { entryId, status } of await entries())
    if (status === 'quarantined')
      await dismissEntry(
        world.engine,
        { entryId, kind: 'other', reason: 'the bank will say more' },
        as(world.engine, 'finance', 'dismiss', entryId),
      );
}
const open = async () =>
  (await entries()).filter(({ status }) => status === 'quarantined').map(({ code }) => code);

test('a credit that was pending and dismissed waits again where it is booked', async () => {
  const [one] = await two();
  const details = [e2e(one.endToEndId, '<AcctSvcrRef>K-77</AcctSvcrRef>')];
  const file = statementOf([{ amount: money(one), direction: 'CRDT', details }]);
  await take(file.replace('<Sts>BOOK</Sts>', '<Sts>PROV</Sts>'));
  expect(await open()).toEqual(['STATUS_UNKNOWN']);
  await dismissAll();
  expect(await open()).toEqual([]);
  await take(file);
  expect(await open()).toEqual(['CREDIT_UNCLEAR']);
  await take(`${file}\n`);
  expect(await open()).toEqual(['CREDIT_UNCLEAR']);
});

test('a group status that was dismissed waits again where it is of another number', async () => {
  const [{ messageId } = { messageId: '' }] = await payments();
  const group = (count: number): string =>
    pain002Of([], {}, { originalId: messageId, status: 'RJCT', count });
  await take(group(3));
  await dismissAll();
  await take(group(5));
  expect(await waiting()).toHaveLength(2);
  expect(await open()).toEqual(['BATCH_DIFFERS']);
});
