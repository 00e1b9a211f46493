import { beforeEach, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemas, type PublishedSchema } from '../../events/generated.js';
import { EventRegistry } from '../../events/registry.js';
import { openSqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import { streams, uuidOf } from '../../src/kernel/ids.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const v1 = schemas.find(({ type }) => type === 'AppealLodged')!;
const v2: PublishedSchema = {
  ...v1,
  version: 2,
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['applicationId', 'grounds', 'language'],
    properties: {
      applicationId: { type: 'string' },
      grounds: { type: 'string' },
      language: { enum: ['fr', 'ar', 'en'] },
    },
  },
};

let dir: string;
beforeEach(() => {
  dir = temporaryFolder('upcast');
});

test('an event that was stored in an older version is read in the newest, and its bytes stay as they were', async () => {
  const data = JSON.parse(
    readFileSync(join(process.cwd(), 'events/application/examples/AppealLodged.v1.json'), 'utf8'),
  ) as { readonly applicationId: string };
  const stream = streams.application(data.applicationId);
  const before = await openSqliteLog(dir, { reader: 'local' });
  const command = uuidOf('upcast');
  await before.append({
    writes: [
      {
        stream,
        expected: 'no-stream',
        events: [
          {
            id: uuidOf('upcast event'),
            type: 'AppealLodged',
            v: 1,
            time: '2026-01-05T08:00:00.000Z',
            data,
            meta: { actor: 'ines', role: 'intake', command, correlation: command },
          },
        ],
      },
    ],
  });
  await before.close();

  const registry = new EventRegistry([...schemas, v2], {
    AppealLodged: { 1: (old: object) => ({ ...old, language: 'fr' }) },
  });
  const after = await openSqliteLog(dir, { reader: 'local', registry });
  const [byStream] = await after.readStream(stream);
  const [inOrder] = (await after.readAll(-1, 10)).events;
  await after.close();
  for (const read of [byStream, inOrder])
    expect(read).toMatchObject({ type: 'AppealLodged', v: 2, data: { ...data, language: 'fr' } });

  const again = await openSqliteLog(dir, { reader: 'local' });
  expect((await again.readStream(stream))[0]).toMatchObject({ v: 1, data });
  await again.close();
});

test('an outcome that was stored before its source was open is read as the newest version', async () => {
  const data = JSON.parse(
    readFileSync(join(process.cwd(), 'events/payment/examples/PaymentSettled.v1.json'), 'utf8'),
  ) as { readonly paymentId: string };
  const stream = streams.payment(data.paymentId);
  const command = uuidOf('settled');
  const log = await openSqliteLog(dir, { reader: 'local' });
  const event = { time: '2026-01-05T08:00:00.000Z', type: 'PaymentSettled' as const, data };
  const meta = { actor: 'bank', role: 'payment-system', command, correlation: command } as const;
  await log.append({
    writes: [
      {
        stream,
        expected: 'no-stream',
        events: [
          { ...event, id: uuidOf('first'), v: 1, meta },
          {
            ...event,
            id: uuidOf('second'),
            v: 2,
            data: { ...data, source: 'wallet-operator' },
            meta,
          },
        ],
      },
    ],
  });
  const read = await log.readStream(stream);
  await log.close();
  const newest = new EventRegistry().latestVersion('PaymentSettled');
  expect(newest).toBeGreaterThan(2);
  expect(read.map(({ v, data: now }) => [v, now])).toEqual([
    [newest, data],
    [newest, { ...data, source: 'wallet-operator' }],
  ]);
});
