import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Operation } from './govstack-openapi.js';

export type Fault =
  | '500'
  | 'silent'
  | 'reset'
  | 'reset-after-accept'
  | '400'
  | '409'
  | 'no-batch-id'
  | 'refused-with-200'
  | 'busy'
  | 'html';
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly json: unknown;
}
export interface BlockBatch {
  readonly batchId: string;
  readonly correlationId: string;
  readonly text: string;
  readonly transfers: readonly {
    readonly requestId: string;
    readonly amount: number;
    readonly currency: string;
  }[];
}

/**
 * A payments building block that holds every request against the published files, where they are at
 * hand, and fails as it is told.
 */
export interface FakeBlock {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** What was wrong with a request by the published files: nothing, in every test. */
  readonly violations: readonly string[];
  /** By correlation id: what was accepted, once. */
  readonly batches: ReadonlyMap<string, BlockBatch>;
  /** How often a batch came again after it was accepted. */
  readonly repeated: number;
  /** The next requests to a path fail so, one each. */
  fail(path: string, ...faults: readonly Fault[]): void;
  /** What BatchDetails says of a batch: by default every transfer is completed. */
  details: (batch: BlockBatch) => readonly object[];
  close(): Promise<void>;
}

export async function fakeBlock(operations: ReadonlyMap<string, Operation>): Promise<FakeBlock> {
  const seen: Seen[] = [];
  const violations: string[] = [];
  const batches = new Map<string, BlockBatch>();
  const faults = new Map<string, Fault[]>();
  let repeated = 0;
  const block = {
    details: ({ transfers, batchId }: BlockBatch): readonly object[] =>
      transfers.map(({ requestId, amount, currency }) => ({
        transactionId: requestId,
        status: 'COMPLETED',
        amount,
        currency,
        batchId,
      })),
  };

  function answer(request: Seen, response: ServerResponse): void {
    const fault = faults.get(request.path)?.shift();
    const operation = [...operations.values()].find(
      ({ method, path }) => method === request.method && path === request.path,
    );
    if (!operation && operations.size > 0)
      violations.push(`${request.method} ${request.path} is not published`);
    if (operation)
      violations.push(
        ...[
          ...operation.parameters(request.headers, request.query),
          ...operation.body(request.json),
        ].map((wrong) => `${operation.file}: ${wrong}`),
      );
    const say = (status: number, body: unknown, headers = {}): void => {
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
    };
    if (fault === 'silent') return;
    if (fault === 'reset') return void response.socket!.resetAndDestroy();
    if (fault === '500') return say(500, { error: 'internal' });
    if (fault === 'busy') return say(503, {}, { 'retry-after': '0' });
    if (fault === 'html')
      return void response
        .writeHead(403, { 'content-type': 'text/html' })
        .end('<html>Forbidden for MA64011519000001205000534921</html>');
    if (fault === '400')
      return say(400, {
        errorCode: 'error.msg.schema',
        errorDescription: 'The request is not valid',
        errors: [
          {
            parameterName: 'amount',
            defaultUserMessage:
              'must be at most 100 for account MA64011519000001205000534921 and 0612345678',
          },
        ],
      });
    if (request.path === '/identityAccountMapper/beneficiary') {
      const { RequestID, requestID } = request.json as { RequestID?: string; requestID?: string };
      return say(
        200,
        fault === 'refused-with-200'
          ? {
              responseCode: '01',
              responseDescription: 'Request not acknowledged by Pay-BB',
              requestID: RequestID ?? requestID,
            }
          : {
              responseCode: '00',
              responseDescription: 'Request successfully received by Pay-BB',
              requestID: RequestID ?? requestID,
            },
      );
    }
    if (request.path === '/beneficiaries') return say(202, {});
    if (request.path === '/batchtransactions') {
      const correlationId = request.headers['x-correlationid'] as string;
      const known = batches.get(correlationId);
      if (known && known.text !== request.text)
        violations.push(`batch ${correlationId} came again with other content`);
      if (known) repeated += 1;
      const batch = known ?? {
        batchId: `block-${batches.size + 1}`,
        correlationId,
        text: request.text,
        transfers: request.json as BlockBatch['transfers'],
      };
      batches.set(correlationId, batch);
      if (fault === 'reset-after-accept') return void response.socket!.resetAndDestroy();
      if (fault === '409') return say(409, { message: 'Duplicate' });
      return say(202, fault === 'no-batch-id' ? {} : { batchId: batch.batchId });
    }
    if (request.path === '/api/v1/batch/detail') {
      const batch = [...batches.values()].find(
        ({ batchId, correlationId }) =>
          batchId === request.query.get('batchId') ||
          correlationId === request.query.get('X-CorrelationID'),
      );
      if (!batch) return say(404, {});
      const page = Number(request.query.get('pageNo') ?? 0);
      const size = Number(request.query.get('pageSize') ?? 50);
      return say(200, held.details(batch).slice(page * size, (page + 1) * size));
    }
    say(404, {});
  }

  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request
      .on('data', (piece: Buffer) => pieces.push(piece))
      .on('error', () => undefined)
      .on('end', () => {
        const url = new URL(request.url!, 'http://block');
        const text = Buffer.concat(pieces).toString('utf8');
        const got: Seen = {
          method: request.method!,
          path: url.pathname,
          query: url.searchParams,
          headers: request.headers,
          text,
          json: text === '' ? undefined : JSON.parse(text),
        };
        seen.push(got);
        answer(got, response);
      });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const held: FakeBlock = {
    ...block,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    violations,
    batches,
    get repeated() {
      return repeated;
    },
    fail(path, ...these) {
      faults.set(path, [...(faults.get(path) ?? []), ...these]);
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return held;
}
