import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { functionalIdOf } from '../../src/kernel/govstack.js';
import { publishedOperations } from '../support/govstack-openapi.js';
import {
  approved,
  enrolled,
  expectStatus,
  HttpWorld,
  lastPosition,
  paid,
  person,
  setUp,
  submitted,
  type Caller,
  type Json,
  type Reply,
} from './http-world.js';
import { eventually } from '../support/eventually.js';

export const operations = publishedOperations();

/** A server that a payments block calls, and a receiver that is called back. */
export let world: HttpWorld;

export let intake: Caller;

export let block: Caller;

export let finance: Caller;

let receiver: Server;

export let receiverUrl: string;

export let callbackUrl: string;

export let lost: string;

const calledBack: { readonly url: URL; readonly body: Json }[] = [];

export const persons: string[] = [];

export const id = (n: number): string => functionalIdOf(persons[n]!);

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request
      .on('data', (piece: Buffer) => pieces.push(piece))
      .on('end', () => {
        calledBack.push({
          url: new URL(request.url!, 'http://receiver'),
          body: JSON.parse(Buffer.concat(pieces).toString('utf8')),
        });
        response.writeHead(200).end('{}');
      });
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, '127.0.0.1', resolve);
  });
  receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/results`;
  world = await HttpWorld.open({ SANAD_GOVSTACK_CALLBACKS: receiverUrl });
  await setUp(world);
  for (const n of [1, 2]) {
    const { personId, applicationId } = await submitted(world, n);
    persons.push(personId);
    await approved(world, applicationId);
    await enrolled(world, personId);
  }
  intake = await world.as('registry', 'intake');
  const other = await expectStatus(201, intake.post('/persons', person(3)));
  persons.push(other.personId);
  lost = other.accountId;
  block = await world.as('source-bb', 'payment-system');
  finance = await world.as('f.elfassi', 'finance-officer');
  await expectStatus(201, finance.post('/cycles', { programmeId: 'asd', period: '2025-10' }));
  await paid(world, 'asd-2025-10');
}, 600_000);

afterAll(async () => {
  await world?.close();
  receiver?.closeAllConnections();
  await new Promise<void>((resolve) => {
    receiver.close(() => resolve());
  });
});

/** Every test is called back at an address of its own. */
let tests = 0;

beforeEach(() => {
  callbackUrl = `${receiverUrl}/${(tests += 1)}`;
});

export const here = () => calledBack.filter(({ url }) => callbackUrl.endsWith(url.pathname));

export async function backFrom(file: string): Promise<Json> {
  const { body } = await eventually('the callback', () => here()[0]);
  expect(operations.get(file)?.body(body) ?? []).toEqual([]);
  return body;
}

/** What the server noted that somebody read. */
export const readings = (of: string): Json[] =>
  readFileSync(join(world.dir, 'access.ndjson'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Json => JSON.parse(line))
    .filter(({ what }) => what === of);

export async function payments(): Promise<Json[]> {
  const path = `/payments?cycleId=asd-2025-10&after=${await lastPosition(world)}`;
  return (await expectStatus(200, finance.get(path))).items;
}

export const send = (
  by: Caller,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Reply> =>
  by.send(method, `/govstack${path}`, body === undefined ? undefined : JSON.stringify(body), {
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  });

const MAPPER = '/identityAccountMapper/beneficiary';

export const register = (
  beneficiaries: Json[],
  more: Record<string, string> = {},
  by = intake,
): Promise<Reply> =>
  send(
    by,
    'POST',
    MAPPER,
    { RequestID: 'REG1', Beneficiaries: beneficiaries },
    { 'X-Callback-URL': callbackUrl, 'X-Registering-Institution-ID': 'MIN-FIN', ...more },
  );

export const update = (beneficiaries: Json[], by = intake, requestID = 'UPD1'): Promise<Reply> =>
  send(
    by,
    'PUT',
    MAPPER,
    { requestID, sourceBBID: 'MIN-FIN', beneficiaries },
    { 'X-Callback-URL': callbackUrl },
  );

export const lookup = (payee: string, by = intake): Promise<Reply> =>
  send(
    by,
    'GET',
    `/beneficiary/?payeeIdentity=${encodeURIComponent(payee)}&requestId=L1`,
    undefined,
    { 'X-Callback_URL': 'http://x', registeringInstitutionId: 'MIN-FIN' },
  );

export const WALLET = '+212698765432';

export const validate = (instructions: Json[]): Promise<Reply> =>
  send(
    block,
    'POST',
    '/beneficiaries?command=validate',
    { batchId: 'B1', destinationDFSPID: 'SANAD', creditInstructions: instructions },
    {
      'X-Client-Correlation-ID': 'CORRELATION-OF-20-CH',
      'X-Registering-Institution-ID': 'MIN-FIN',
      'X-Callback-URL': callbackUrl,
    },
  );

/** One credit of a batch, to the n-th person. */
export const transfer = (n: number, more: Json = {}): Json => ({
  requestId: `T${n}`,
  creditParty: [{ key: 'payeeIdentity', value: id(n) }],
  debitParty: [{ key: 'accountNumber', value: '1' }],
  paymentMode: 'mojaloop',
  amount: 500,
  currency: 'MAD',
  descriptionText: 'ASD',
  ...more,
});

/** Hands a batch to the block. */
export const hand = (
  transfers: Json,
  correlation = 'C1',
  more: Record<string, string> = {},
  by = block,
): Promise<Reply> =>
  send(by, 'POST', '/batchtransactions?type=raw', transfers, {
    'X-CorrelationID': correlation,
    'Platform-TenantId': 'T',
    'X-Callback-URL': callbackUrl,
    ...more,
  });
