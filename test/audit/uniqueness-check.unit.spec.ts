import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { UniquenessCheck } from '../../src/audit/uniqueness-check.js';
import { eventOf, FAR_STREAMS, Findings } from './direct.js';

type Step = readonly [EventType, stream: number, personId?: string, identityHash?: string];

function log(...steps: readonly Step[]) {
  const check = new UniquenessCheck();
  const { said, found } = new Findings();
  for (const [type, stream, personId = 'amal', identityHash = 'one'] of steps)
    check.add(eventOf(type, { personId, identityHash }), stream, found);
  return { said, check };
}
const foundIn = (...steps: readonly Step[]): readonly string[] => log(...steps).said;
const CLAIMED: Step = ['IdentityClaimed', 0];
const REGISTERED: Step = ['PersonRegistered', 1];
const ERASED: Step = ['PersonErased', 1];
const RELEASED: Step = ['IdentityReleased', 0];

describe('an identity', () => {
  const held = ['I1 claimed while somebody holds it'];
  test('is claimed by one at a time', () => {
    expect(foundIn(CLAIMED, RELEASED, CLAIMED)).toEqual([]);
    expect(foundIn(CLAIMED, ['IdentityClaimed', 0, 'badr'])).toEqual(held);
    expect(foundIn(CLAIMED, ['IdentityClaimed', 7, 'badr', 'two'])).toEqual([]);
  });
  test('is free where nobody was registered with it, or who was is erased', () => {
    expect(foundIn(CLAIMED, REGISTERED, ERASED, RELEASED)).toEqual([]);
    expect(foundIn(CLAIMED, REGISTERED, RELEASED)).toEqual([
      'I1 released while somebody is registered with it',
    ]);
    // The person of the very first stream is one, too.
    expect(
      foundIn(['IdentityClaimed', 1], ['PersonRegistered', 0], ['IdentityReleased', 1]),
    ).toEqual(['I1 released while somebody is registered with it']);
  });
  test('is released from who holds it', () => {
    const wrong = ['I1 released from somebody who does not hold it'];
    expect(foundIn(CLAIMED, ['IdentityReleased', 0, 'badr'])).toEqual(wrong);
    const badr: Step = ['IdentityClaimed', 0, 'badr'];
    expect(foundIn(CLAIMED, RELEASED, badr, ['IdentityReleased', 0, 'badr'])).toEqual([]);
    expect(foundIn(CLAIMED, RELEASED, badr, RELEASED)).toEqual(wrong);
    expect(foundIn(badr, ['IdentityReleased', 0, 'badr', 'two'])).toEqual(wrong);
    expect(foundIn(badr, ['IdentityReleased', 9, 'badr'])).toEqual(wrong);
  });
  test('is of who it was claimed for', () => {
    const wrong = ['I1 registered with an identity that was not claimed for them'];
    expect(foundIn(CLAIMED, REGISTERED)).toEqual([]);
    expect(foundIn(REGISTERED)).toEqual(wrong);
    expect(foundIn(CLAIMED, ['PersonRegistered', 1, 'badr'])).toEqual(wrong);
    expect(foundIn(CLAIMED, ['PersonRegistered', 1, 'amal', 'two'])).toEqual(wrong);
  });
  test('is of one person', () => {
    const both: readonly Step[] = [CLAIMED, REGISTERED, ['IdentityClaimed', 0, 'badr']];
    expect(foundIn(...both, ['PersonRegistered', 2, 'badr'])).toEqual([
      ...held,
      'I1 registered with an identity that somebody else is registered with',
    ]);
  });
  test('tells who had it before', () => {
    const twice: readonly Step[] = [
      CLAIMED,
      REGISTERED,
      ERASED,
      RELEASED,
      ['IdentityClaimed', 0, 'badr'],
      ['PersonRegistered', 2, 'badr'],
      ['PersonErased', 2, 'badr'],
      ['IdentityReleased', 0, 'badr'],
      ['IdentityClaimed', 0, 'chama'],
      ['PersonRegistered', 3, 'chama'],
    ];
    const { said, check } = log(...twice);
    expect(said).toEqual([]);
    expect(['amal', 'badr', 'chama', 'nobody'].map((one) => check.earlierOf(one))).toEqual([
      [],
      ['amal'],
      ['amal', 'badr'],
      [],
    ]);
    expect(log(CLAIMED, REGISTERED, ['PersonErased', 9_999, 'badr']).said).toEqual([]);
  });
});

describe('an enrolment', () => {
  const started: Step = ['EnrolmentStarted', 4];
  test('is one at a time, of a person and programme', () => {
    expect(foundIn(started, ['EnrolmentEnded', 4], started)).toEqual([]);
    expect(foundIn(started, ['EnrolmentStarted', 5])).toEqual([]);
    expect(foundIn(started, started)).toEqual(['I1 started while an enrolment is active']);
  });
});

test.each(FAR_STREAMS)('streams are told apart, also number %d', (far) => {
  const held = 'I1 started while an enrolment is active';
  const near: Step = ['EnrolmentStarted', 4];
  expect(foundIn(near, ['EnrolmentStarted', far], near, ['EnrolmentStarted', far])).toEqual([
    held,
    held,
  ]);
  const registered: Step = ['PersonRegistered', far, 'badr', 'two'];
  const both: readonly Step[] = [
    CLAIMED,
    REGISTERED,
    ['IdentityClaimed', 2, 'badr', 'two'],
    registered,
  ];
  expect(foundIn(...both, ERASED, RELEASED)).toEqual([]);
  const erased: Step = ['PersonErased', far, 'badr'];
  expect(foundIn(...both, erased, ['IdentityReleased', 2, 'badr', 'two'])).toEqual([]);
  const free = 'I1 released while somebody is registered with it';
  expect(foundIn(...both, ['IdentityReleased', 2, 'badr', 'two'], RELEASED)).toEqual([free, free]);
});

test('many identities are told apart', () => {
  const many = Array.from({ length: 4_200 }, (_, number): readonly Step[] => [
    ['IdentityClaimed', 2 * number, `p${number}`, `i${number}`],
    ['PersonRegistered', 2 * number + 1, `p${number}`, `i${number}`],
  ]).flat();
  const { said, check } = log(...many);
  expect(said).toEqual([]);
  const { found, said: later } = new Findings();
  for (const number of [0, 4_095, 4_096, 4_199]) {
    const data = { identityHash: `i${number}`, personId: `p${number}` };
    check.add(eventOf('IdentityReleased', data), 2 * number, found);
  }
  expect(later).toEqual(Array(4).fill('I1 released while somebody is registered with it'));
});
