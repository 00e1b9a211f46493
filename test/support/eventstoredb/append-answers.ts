import { Metadata, status } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import pb, { type AppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Expected } from './log.js';

/** The answer to an append that was written, now or before. */
export function appendAnswer(written: {
  readonly revision: number;
  readonly position: number;
}): AppendResp {
  const position = new pb.AppendResp.Position();
  position.setCommitPosition(String(written.position));
  position.setPreparePosition(String(written.position));
  const success = new pb.AppendResp.Success();
  success.setCurrentRevision(String(written.revision));
  success.setPosition(position);
  return new pb.AppendResp().setSuccess(success);
}

/** The answer to an append whose stream is at another revision than it expected. */
export function wrongVersion(expected: Expected, current: number): AppendResp {
  const wrong = new pb.AppendResp.WrongExpectedVersion();
  if (current < 0) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(current));
  if (expected === -1) wrong.setExpectedNoStream(new shared.Empty());
  else if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else if (expected === 'exists') wrong.setExpectedStreamExists(new shared.Empty());
  else wrong.setExpectedRevision(String(expected));
  return new pb.AppendResp().setWrongExpectedVersion(wrong);
}

/** As the real server says of an append of more bytes than it takes. */
export function tooLarge(most: number): { code: status; details: string; metadata: Metadata } {
  const metadata = new Metadata();
  metadata.set('exception', 'maximum-append-size-exceeded');
  metadata.set('maximum-append-size', String(most));
  return { code: status.INVALID_ARGUMENT, details: 'Maximum Append Size Exceeded.', metadata };
}
