import { beforeEach, describe, expect, it } from '@jest/globals';
import { PlayingTime } from './playing-time.js';

describe('how long histories are played', () => {
  let now = 0;
  const time = (minutes?: string) => new PlayingTime(100, minutes, () => now);
  beforeEach(() => {
    now = 0;
  });

  it('ends with its minutes', () => {
    const two = time('2');
    now = 119_999;
    expect(two.isLeft()).toBe(true);
    now = 120_000;
    expect(two.isLeft()).toBe(false);
  });

  it('ends never where no minutes are named', () => {
    now = Number.MAX_SAFE_INTEGER;
    expect(time().isLeft()).toBe(true);
  });

  it('says how many were played where the time ended first, of which a tenth is the least', () => {
    expect(time().told(100)).toBeUndefined();
    expect(time().told(10)).toBe('The time ended after 10 of 100 histories.');
    expect([time().isEnough(10), time().isEnough(9)]).toEqual([true, false]);
  });
});
