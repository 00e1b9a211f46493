import shared from '@eventstore/db-client/generated/shared_pb.js';
import status from '@eventstore/db-client/generated/status_pb.js';
import pb, { type BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import {
  bytes,
  message,
  number,
  text,
} from '../../../src/adapters/event-store/eventstoredb/protobuf.js';
import type { Expected, Proposed } from './log.js';

/** An append of a BatchAppend call, as far as it has arrived. */
export interface PendingAppend {
  readonly id: string;
  readonly stream: string;
  readonly expected: Expected;
  bytes: number;
  readonly events: Proposed[];
}

export type Refusal =
  | { readonly kind: 'wrong-version'; readonly current: number }
  | { readonly kind: 'stream-deleted' }
  | { readonly kind: 'too-large'; readonly most: number };

/** The correlation id comes back as two numbers, whichever way it was sent. */
function correlation(id: string): InstanceType<typeof shared.UUID> {
  const digits = id.replaceAll('-', '');
  const half = (from: number): string =>
    String(BigInt.asIntN(64, BigInt(`0x${digits.slice(from, from + 16)}`)));
  const structured = new shared.UUID.Structured();
  structured.setMostSignificantBits(half(0));
  structured.setLeastSignificantBits(half(16));
  const uuid = new shared.UUID();
  uuid.setStructured(structured);
  return uuid;
}

function answerTo({ id, stream }: PendingAppend): BatchAppendResp {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream, 'utf8').toString('base64'));
  const response = new pb.BatchAppendResp();
  response.setCorrelationId(correlation(id));
  response.setStreamIdentifier(identifier);
  return response;
}

export function batchAnswer(
  append: PendingAppend,
  { revision, position }: { readonly revision: number; readonly position: number },
): BatchAppendResp {
  const at = new shared.AllStreamPosition();
  at.setCommitPosition(String(position));
  at.setPreparePosition(String(position));
  const success = new pb.BatchAppendResp.Success();
  success.setCurrentRevision(String(revision));
  success.setPosition(at);
  return answerTo(append).setSuccess(success);
}

const INVALID_ARGUMENT = 3;
const FAILED_PRECONDITION = 9;

function refused(
  append: PendingAppend,
  code: number,
  type: string,
  details: { serializeBinary(): Uint8Array },
): BatchAppendResp {
  const any = [
    text(1, `type.googleapis.com/event_store.client.${type}`),
    bytes(2, details.serializeBinary()),
  ];
  const error = status.Status.deserializeBinary(
    Buffer.concat([number(1, code), message(3, ...any)]),
  );
  return answerTo(append).setError(error);
}

export function batchRefusal(append: PendingAppend, refusal: Refusal): BatchAppendResp {
  if (refusal.kind === 'too-large') {
    const tooLarge = new shared.MaximumAppendSizeExceeded();
    tooLarge.setMaxappendsize(refusal.most);
    return refused(append, INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', tooLarge);
  }
  if (refusal.kind === 'stream-deleted') {
    const deleted = new shared.StreamDeleted();
    const identifier = new shared.StreamIdentifier();
    identifier.setStreamName(Buffer.from(append.stream, 'utf8').toString('base64'));
    deleted.setStreamIdentifier(identifier);
    return refused(append, FAILED_PRECONDITION, 'StreamDeleted', deleted);
  }
  const wrong = new shared.WrongExpectedVersion();
  const empty = new shared.Empty();
  if (refusal.current < 0) wrong.setCurrentNoStream(empty);
  else wrong.setCurrentStreamRevision(String(refusal.current));
  if (append.expected === -1) wrong.setExpectedNoStream(empty);
  else if (append.expected === 'any') wrong.setExpectedAny(empty);
  else if (append.expected === 'exists') wrong.setExpectedStreamExists(empty);
  else wrong.setExpectedStreamPosition(String(append.expected));
  return refused(append, FAILED_PRECONDITION, 'WrongExpectedVersion', wrong);
}
