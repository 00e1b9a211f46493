import { describe, expect, test } from '@jest/globals';
import type { RelayHold } from '../../src/adapters/relay-state/port.js';
import { Followers, STUCK_AFTER_MS, type Place } from '../../src/runtime/followers.js';
import { Metrics } from '../../src/runtime/metrics.js';
import { Relay } from '../../src/runtime/relay.js';
import { Troubles } from '../../src/runtime/troubles.js';

/** A clock that a test moves. */
class Hand {
  ms = 1_000;
  readonly now = (): number => this.ms;
}

describe('what fails now', () => {
  test('is named until it goes on, or was not said again for a while', () => {
    const clock = new Hand();
    const troubles = new Troubles(clock.now);
    expect(troubles.first).toBeUndefined();
    troubles.tell('relay', 'Kafka is away');
    troubles.tell('outcomes', 'Kafka is away too');
    expect(troubles.first).toBe('relay: Kafka is away');
    troubles.well('relay');
    expect(troubles.first).toBe('outcomes: Kafka is away too');
    clock.ms += 60_000;
    troubles.tell('outcomes', 'still');
    clock.ms += 60_000;
    expect(troubles.first).toBe('outcomes: still');
    clock.ms += 31_000;
    expect(troubles.first).toBeUndefined();
  });
});

describe('followers of the log', () => {
  const LAST = 100;

  test('tell how far each is from the end, and which stand by', () => {
    const followers = new Followers();
    const at: { relay: Place } = { relay: 'stands-by' };
    followers.add('relay', () => at.relay);
    followers.add('read-models', () => 40);
    followers.look(LAST);
    expect(followers.lags).toEqual({ 'read-models': 60 });
    expect(followers.standingBy).toEqual(['relay']);
    at.relay = 'begins';
    expect(followers.lags).toEqual({ 'read-models': 60 });
    expect(followers.standingBy).toEqual([]);
    at.relay = LAST;
    expect(followers.lags).toEqual({ 'read-models': 60, relay: 0 });
    expect(followers.standingBy).toEqual([]);
  });

  test('are stuck when they stand still for long while the log goes on, and no longer when they move', () => {
    const clock = new Hand();
    const followers = new Followers(clock.now);
    let position: Place = 40;
    followers.add('read-models', () => position);
    const after = (ms: number): string | undefined => {
      clock.ms += ms;
      followers.look(LAST);
      return followers.stuck;
    };
    expect(after(0)).toBeUndefined();
    expect(after(STUCK_AFTER_MS)).toBeUndefined();
    expect(after(1_000)).toBe(
      `read-models: has stood at position 40 for ${STUCK_AFTER_MS / 1_000 + 1} s; the log ends at position 100`,
    );
    position = 41;
    expect(after(0)).toBeUndefined();
    // At the end, or while another process is at work, nobody is stuck.
    position = LAST;
    after(0);
    expect(after(2 * STUCK_AFTER_MS)).toBeUndefined();
    position = 'stands-by';
    after(0);
    expect(after(2 * STUCK_AFTER_MS)).toBeUndefined();
  });

  test('are stuck when it is their turn and they never begin, however often they ask for it', () => {
    const clock = new Hand();
    const followers = new Followers(clock.now);
    let place: Place = 'stands-by';
    followers.add('relay', () => place);
    const at = (next: Place, ms = 1_000): string | undefined => {
      clock.ms += ms;
      place = next;
      followers.look(LAST);
      return followers.stuck;
    };
    at('stands-by');
    expect(at('stands-by', 2 * STUCK_AFTER_MS)).toBeUndefined();
    expect(at('begins')).toBeUndefined();
    expect(at('stands-by', STUCK_AFTER_MS - 2_000)).toBeUndefined();
    expect(at('begins')).toBeUndefined();
    expect(at('begins', 2_000)).toBe(
      `relay: has not begun for ${STUCK_AFTER_MS / 1_000 + 2} s; the log ends at position 100`,
    );
    expect(at(41)).toBeUndefined();
    // It comes back to where it stood, and goes no further.
    for (const next of ['begins', 41, 'begins'] as const) at(next, STUCK_AFTER_MS / 2);
    expect(at(41)).toMatch(/^relay: has stood at position 41 /);
  });
});

test('a follower that stands by shows no lag any more, and one that begins anew the one it had', async () => {
  const metrics = new Metrics();
  const followers = new Followers();
  let place: Place = 40;
  followers.add('relay', () => place);
  metrics.position(100);
  const lag = async (next: Place): Promise<string | undefined> => {
    place = next;
    followers.tell((name, position) => metrics.followerPosition(name, position));
    return /^sanad_projection_lag{projection="relay"} (.*)$/m.exec(
      await metrics.registry.metrics(),
    )?.[1];
  };
  try {
    expect(await lag(40)).toBe('60');
    expect(await lag('begins')).toBe('60');
    expect(await lag('stands-by')).toBeUndefined();
    // What another part of the process tells under the same name is its own.
    metrics.followerPosition('relay', 90);
    expect(await lag('stands-by')).toBe('10');
    expect(await lag(99)).toBe('1');
  } finally {
    metrics.onModuleDestroy();
  }
});

describe('a relay', () => {
  const never = new Promise<never>(() => undefined);
  const hold: RelayHold = {
    position: -1,
    ground: {},
    lost: new AbortController().signal,
    moved: () => never,
    release: () => Promise.resolve(),
  };
  const log = {
    follow: () => {
      throw new Error('not followed');
    },
    readAll: () => never,
    readStream: () => never,
    lastPosition: () => Promise.resolve(-1),
  };

  test('stands by until it has the hold, and not while its broker lets it wait', async () => {
    let given: (hold: RelayHold) => void = () => undefined;
    const state = {
      hold: () =>
        new Promise<RelayHold>((resolve) => {
          given = resolve;
        }),
      rewind: () => never,
    };
    let refuse: (error: Error) => void = () => undefined;
    let connects: () => void = () => undefined;
    const connecting = new Promise<void>((resolve) => {
      connects = resolve;
    });
    const relay = new Relay(log, state, () => {
      connects();
      return new Promise((_, reject) => {
        refuse = reject;
      });
    });
    expect(relay.place).toBe('begins');
    const running = relay.run(new AbortController().signal);
    expect(relay.place).toBe('stands-by');
    given(hold);
    await connecting;
    expect(relay.place).toBe('begins');
    refuse(new Error('no broker'));
    await expect(running).rejects.toThrow('no broker');
    expect(relay.place).toBe('begins');
    expect(relay.figures).toEqual({ active: false, position: -1, published: 0 });
  });
});
