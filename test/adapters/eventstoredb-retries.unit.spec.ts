import { describe, expect, it } from '@jest/globals';
import { StreamAppender } from '../../src/adapters/event-store/eventstoredb/append.js';
import { CallFailed } from '../../src/adapters/event-store/eventstoredb/call-failed.js';

describe('appends that fail together', () => {
  it('are sent again a few at a time, and all are written', async () => {
    const failed = new Set<string>();
    let position = 0;
    let underWay = 0;
    let most = 0;
    const appender = new StreamAppender(
      {
        async append(stream) {
          if (!failed.has(stream)) {
            failed.add(stream);
            throw new CallFailed('unclear', 'no answer in time');
          }
          underWay += 1;
          most = Math.max(most, underWay);
          await new Promise((resolve) => {
            setImmediate(resolve);
          });
          underWay -= 1;
          position += 1;
          return { kind: 'written', position, revision: undefined };
        },
        async *stream() {
          // No stream has an event yet.
        },
      },
      60_000,
    );
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        appender.append({ stream: `budget-${n}`, expected: -1, events: [] }),
      ),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(Array(60).fill('appended'));
    expect(most).toBeLessThanOrEqual(4);
  });
});
