import { EventRegistry } from '../../events/registry.js';
import { openSqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import { storedLine, stepsOfPayment, STEPS_OF_A_PAYMENT } from './payment-story.js';

/** The lines that the replay contenders read. */
export function* replayLines(events: number): Generator<string> {
  for (let payment = 0; payment < events / STEPS_OF_A_PAYMENT; payment += 1)
    for (const step of stepsOfPayment(payment)) yield storedLine(step);
}

/** Fills a log with whole payments, in bulk. */
export async function fillLog(dir: string, events: number): Promise<void> {
  const store = await openSqliteLog(dir, { reader: 'local', registry: new EventRegistry() });
  for (let payment = 0; payment < events / STEPS_OF_A_PAYMENT; payment += 500) {
    await store.appendAll(
      Array.from({ length: Math.min(500, events / STEPS_OF_A_PAYMENT - payment) }, (_, n) => {
        const steps = stepsOfPayment(payment + n);
        return {
          writes: [
            {
              stream: steps[0]!.stream,
              expected: 'no-stream',
              events: steps.map(({ event }) => event),
            },
          ],
        };
      }),
    );
  }
  await store.close();
}
