import { describe, expect, it } from '@jest/globals';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import pb from '@eventstore/db-client/generated/streams_pb.js';
import {
  batchAnswerOf,
  batchAppendRequests,
  eventOfResponse,
  readRequest,
} from '../../src/adapters/event-store/eventstoredb/wire.js';
import { batchAnswer, batchRefusal } from '../support/eventstoredb/batch-answers.js';

const CORRELATION = '0d0f6d1e-1111-4111-b111-0000000003e9';
const FAR = 2 ** 52 + 1;
const event = (n: number, text = 'é') => ({
  id: `0d0f6d1e-1111-4111-8111-${String(n).padStart(12, '0')}`,
  type: 'BudgetAllotted',
  data: { n, text },
  metadata: { v: 1 },
});
const textOf = (bytes: string | Uint8Array): string => Buffer.from(bytes as string).toString();
const json = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString('utf8'));

/** What the client's own classes make of our requests. */
const decoded = (expected: number, events: ReturnType<typeof event>[]) =>
  batchAppendRequests({
    correlationId: CORRELATION,
    stream: 'budget-asd-2026',
    expected,
    events,
    deadline: new Date('2026-11-27T10:00:01.250Z'),
  }).map((request) => pb.BatchAppendReq.deserializeBinary(request));

describe('an append as it is sent', () => {
  it.each([
    [-1, 'no stream'],
    [0, 'the first'],
    [FAR, 'one far away'],
  ])('says after which revision: %d, %s', (expected) => {
    const [request, ...more] = decoded(expected, [event(1), event(2)]);
    expect(more).toEqual([]);
    const options = request!.getOptions()!;
    expect(textOf(options.getStreamIdentifier()!.getStreamName_asU8())).toBe('budget-asd-2026');
    expect(options.hasNoStream()).toBe(expected < 0);
    expect(options.hasStreamPosition()).toBe(expected >= 0);
    if (expected >= 0) expect(Number(options.getStreamPosition())).toBe(expected);
    expect(options.getDeadline()!.toDate().toISOString()).toBe('2026-11-27T10:00:01.250Z');
    expect(request!.getCorrelationId()!.getString()).toBe(CORRELATION);
    expect(request!.getIsFinal()).toBe(true);
    const sent = request!.getProposedMessagesList().map((message) => ({
      id: message.getId()!.getString(),
      type: message.getMetadataMap().get('type'),
      json: message.getMetadataMap().get('content-type'),
      data: json(message.getData_asU8()),
      metadata: json(message.getCustomMetadata_asU8()),
    }));
    expect(sent).toEqual([1, 2].map((n) => ({ ...event(n), json: 'application/json' })));
  });

  it('is sent in pieces where it is big, of which the last says so', () => {
    const requests = decoded(
      3,
      [1, 2, 3].map((n) => event(n, 'x'.repeat(600_000))),
    );
    expect(requests.map((request) => request.getProposedMessagesList().length)).toEqual([1, 1, 1]);
    expect(requests.map((request) => request.getIsFinal())).toEqual([false, false, true]);
    expect(requests.map((request) => request.hasOptions())).toEqual([true, false, false]);
    expect(new Set(requests.map((r) => r.getCorrelationId()!.getString()))).toEqual(
      new Set([CORRELATION]),
    );
  });
});

describe('what the server answers to an append', () => {
  const append = { id: CORRELATION, stream: 'budget-1', expected: 1, bytes: 0, events: [] };
  const heard = (response: { serializeBinary(): Uint8Array }) =>
    batchAnswerOf(Buffer.from(response.serializeBinary()));

  it.each([
    [0, 0],
    [300, 2],
    [FAR, 70_000],
  ])('is heard with the position %d and the revision %d', (position, revision) => {
    expect(heard(batchAnswer(append, { revision, position }))).toEqual({
      number: 1001,
      outcome: { kind: 'written', position, revision },
    });
  });

  it('is told apart by its correlation id, whichever way that is written', () => {
    const response = batchAnswer(append, { revision: 2, position: 1 });
    const uuid = new shared.UUID();
    uuid.setString(CORRELATION);
    expect(heard(response.setCorrelationId(uuid)).number).toBe(1001);
  });

  it('is heard where it refuses', () => {
    expect(heard(batchRefusal(append, { kind: 'wrong-version', current: 7 }))).toEqual({
      number: 1001,
      outcome: { kind: 'wrong-version' },
    });
    expect(heard(batchRefusal(append, { kind: 'too-large', most: 5 })).outcome).toMatchObject({
      failure: 'too-large',
    });
    expect(heard(batchRefusal(append, { kind: 'stream-deleted' })).outcome).toMatchObject({
      failure: 'deleted',
    });
    expect(heard(new pb.BatchAppendResp())).toMatchObject({
      number: -1,
      outcome: { failure: 'unclear' },
    });
  });
});

describe('a read', () => {
  const asked = (read: Parameters<typeof readRequest>[0]) =>
    pb.ReadReq.deserializeBinary(readRequest(read)).getOptions()!;

  it('asks for a stream or for everything, from a place or from the outermost', () => {
    const all = { backwards: false, count: 5_001 };
    const stream = asked({ ...all, stream: 'person-1', from: 300 });
    expect(textOf(stream.getStream()!.getStreamIdentifier()!.getStreamName_asU8())).toBe(
      'person-1',
    );
    expect(stream.getStream()!.getRevision()).toBe('300');
    expect([stream.getReadDirection(), stream.getCount()]).toEqual([0, '5001']);
    expect([stream.hasNoFilter(), stream.getUuidOption()!.hasString()]).toEqual([true, true]);
    const last = asked({ stream: 'person-1', backwards: true, count: 1 });
    expect([last.getStream()!.hasEnd(), last.getReadDirection()]).toEqual([true, 1]);
    expect(
      asked({ ...all, stream: 'person-1' })
        .getStream()!
        .hasStart(),
    ).toBe(true);
    expect(asked(all).getAll()!.hasStart()).toBe(true);
    expect(
      asked({ ...all, backwards: true })
        .getAll()!
        .hasEnd(),
    ).toBe(true);
    expect(
      asked({ ...all, from: FAR })
        .getAll()!
        .getPosition()!
        .getCommitPosition(),
    ).toBe(String(FAR));
  });

  const response = (commit: string, data = '{"n":1}') => {
    const recorded = new pb.ReadResp.ReadEvent.RecordedEvent();
    const id = new shared.UUID();
    id.setString(event(1).id);
    const stream = new shared.StreamIdentifier();
    stream.setStreamName(Buffer.from('person-é').toString('base64'));
    recorded.setId(id);
    recorded.setStreamIdentifier(stream);
    recorded.setStreamRevision('129');
    recorded.setCommitPosition(commit);
    recorded.getMetadataMap().set('type', 'X').set('content-type', 'application/json');
    recorded.setCustomMetadata(Buffer.from('{"v":1}').toString('base64'));
    recorded.setData(Buffer.from(data).toString('base64'));
    const read = new pb.ReadResp.ReadEvent();
    read.setEvent(recorded);
    read.setCommitPosition(commit);
    return Buffer.from(new pb.ReadResp().setEvent(read).serializeBinary());
  };

  it('gives events, and nothing for what is none', () => {
    expect(eventOfResponse(response(String(FAR)))).toEqual({
      id: event(1).id,
      stream: 'person-é',
      revision: 129,
      position: FAR,
      type: 'X',
      data: { n: 1 },
      metadata: { v: 1 },
    });
    expect(eventOfResponse(response('0', 'not JSON'))).toMatchObject({
      position: 0,
      data: 'not JSON',
    });
    const caughtUp = new pb.ReadResp().setCaughtUp(new pb.ReadResp.CaughtUp());
    expect(eventOfResponse(Buffer.from(caughtUp.serializeBinary()))).toBeUndefined();
    // Where the server does not know the place it says the highest number.
    const nowhere = eventOfResponse(response('18446744073709551615'))!;
    expect(Number.isSafeInteger(nowhere.position)).toBe(false);
  });

  it('is refused where a message ends too early', () => {
    expect(() => eventOfResponse(response('5').subarray(0, -3))).toThrow(RangeError);
  });
});
