import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Operation } from './govstack-openapi.js';
import type { GovstackSettings } from '../../src/adapters/payment-rail/govstack/port.js';

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
  const block = new Block(operations);
  await block.listen();
  return block;
}

class Block implements FakeBlock {
  url = '';
  readonly seen: Seen[] = [];
  readonly violations: string[] = [];
  readonly batches = new Map<string, BlockBatch>();
  repeated = 0;
  readonly #faults = new Map<string, Fault[]>();
  readonly #server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request
      .on('data', (piece: Buffer) => pieces.push(piece))
      .on('error', () => undefined)
      .on('end', () => {
        const got = seenOf(request, Buffer.concat(pieces).toString('utf8'));
        this.seen.push(got);
        this.#answer(got, response);
      });
  });

  constructor(private readonly operations: ReadonlyMap<string, Operation>) {}

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  details = ({ transfers, batchId }: BlockBatch): readonly object[] =>
    transfers.map(({ requestId, amount, currency }) => ({
      transactionId: requestId,
      status: 'COMPLETED',
      amount,
      currency,
      batchId,
    }));

  fail(path: string, ...faults: readonly Fault[]): void {
    this.#faults.set(path, [...(this.#faults.get(path) ?? []), ...faults]);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.closeAllConnections();
      this.#server.close(() => resolve());
    });
  }

  #answer(request: Seen, response: ServerResponse): void {
    const fault = this.#faults.get(request.path)?.shift();
    this.#holdAgainstFiles(request);
    if (failedAsTold(fault, response)) return;
    switch (request.path) {
      case '/identityAccountMapper/beneficiary':
        return say(response, 200, mapperAnswer(request, fault));
      case '/beneficiaries':
        return say(response, 202, {});
      case '/batchtransactions':
        return this.#take(request, response, fault);
      case '/api/v1/batch/detail':
        return this.#tellDetails(request, response);
      default:
        return say(response, 404, {});
    }
  }

  #holdAgainstFiles(request: Seen): void {
    const operation = [...this.operations.values()].find(
      ({ method, path }) => method === request.method && path === request.path,
    );
    if (!operation && this.operations.size > 0)
      this.violations.push(`${request.method} ${request.path} is not published`);
    if (operation)
      this.violations.push(
        ...[
          ...operation.parameters(request.headers, request.query),
          ...operation.body(request.json),
        ].map((wrong) => `${operation.file}: ${wrong}`),
      );
  }

  /** Takes a batch, once however often it comes. */
  #take(request: Seen, response: ServerResponse, fault: Fault | undefined): void {
    const correlationId = request.headers['x-correlationid'] as string;
    const known = this.batches.get(correlationId);
    if (known && known.text !== request.text)
      this.violations.push(`batch ${correlationId} came again with other content`);
    if (known) this.repeated += 1;
    const batch = known ?? {
      batchId: `block-${this.batches.size + 1}`,
      correlationId,
      text: request.text,
      transfers: request.json as BlockBatch['transfers'],
    };
    this.batches.set(correlationId, batch);
    if (fault === 'reset-after-accept') return void response.socket!.resetAndDestroy();
    if (fault === '409') return say(response, 409, { message: 'Duplicate' });
    say(response, 202, fault === 'no-batch-id' ? {} : { batchId: batch.batchId });
  }

  #tellDetails({ query }: Seen, response: ServerResponse): void {
    const batch = [...this.batches.values()].find(
      ({ batchId, correlationId }) =>
        batchId === query.get('batchId') || correlationId === query.get('X-CorrelationID'),
    );
    if (!batch) return say(response, 404, {});
    const page = Number(query.get('pageNo') ?? 0);
    const size = Number(query.get('pageSize') ?? 50);
    say(response, 200, this.details(batch).slice(page * size, (page + 1) * size));
  }
}

function seenOf(request: IncomingMessage, text: string): Seen {
  const url = new URL(request.url!, 'http://block');
  return {
    method: request.method!,
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    text,
    json: text === '' ? undefined : JSON.parse(text),
  };
}

function say(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body));
}

/**
 * Fails a request in the ways that are the same whatever was asked.
 * @returns false where there is no fault, or one that is left to the operation
 */
function failedAsTold(fault: Fault | undefined, response: ServerResponse): boolean {
  switch (fault) {
    case 'silent':
      return true;
    case 'reset':
      response.socket!.resetAndDestroy();
      return true;
    case '500':
      say(response, 500, { error: 'internal' });
      return true;
    case 'busy':
      say(response, 503, {}, { 'retry-after': '0' });
      return true;
    case 'html':
      response
        .writeHead(403, { 'content-type': 'text/html' })
        .end('<html>Forbidden for MA64011519000001205000534921</html>');
      return true;
    case '400':
      say(response, 400, NOT_VALID);
      return true;
    default:
      return false;
  }
}

/** A refusal that repeats what must not be logged. */
const NOT_VALID = {
  errorCode: 'error.msg.schema',
  errorDescription: 'The request is not valid',
  errors: [
    {
      parameterName: 'amount',
      defaultUserMessage:
        'must be at most 100 for account MA64011519000001205000534921 and 0612345678',
    },
  ],
};

function mapperAnswer({ json }: Seen, fault: Fault | undefined): object {
  const { RequestID, requestID } = json as { RequestID?: string; requestID?: string };
  return fault === 'refused-with-200'
    ? {
        responseCode: '01',
        responseDescription: 'Request not acknowledged by Pay-BB',
        requestID: RequestID ?? requestID,
      }
    : {
        responseCode: '00',
        responseDescription: 'Request successfully received by Pay-BB',
        requestID: RequestID ?? requestID,
      };
}

/** How a rail of the tests reaches a block at a URL. */
export const blockSettings = (
  url: string,
  more: Partial<GovstackSettings> = {},
): GovstackSettings => ({
  url,
  bbId: 'SANAD',
  callbackUrl: 'https://sanad.example/govstack/callback',
  timeoutMs: 30_000,
  attempts: 1,
  batchSize: 10,
  paymentMode: 'mojaloop',
  register: false,
  ...more,
});
