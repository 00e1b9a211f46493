import { describe, expect, test } from '@jest/globals';
import { Followers, STUCK_AFTER_MS } from '../../src/runtime/followers.js';
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
    const at: { relay?: number } = {};
    followers.add('relay', () => at.relay);
    followers.add('read-models', () => 40);
    followers.look(LAST);
    expect(followers.lags).toEqual({ 'read-models': 60 });
    expect(followers.standingBy).toEqual(['relay']);
    at.relay = LAST;
    expect(followers.lags).toEqual({ 'read-models': 60, relay: 0 });
    expect(followers.standingBy).toEqual([]);
  });

  test('are stuck when they stand still for long while the log goes on, and no longer when they move', () => {
    const clock = new Hand();
    const followers = new Followers(clock.now);
    let position: number | undefined = 40;
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
    position = undefined;
    after(0);
    expect(after(2 * STUCK_AFTER_MS)).toBeUndefined();
  });
});
