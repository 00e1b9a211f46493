import { correlationIdOf, LENGTHS, RESPONSE } from '../../../kernel/govstack.js';
import { RailError } from '../port.js';
import { send, type Reply } from './client.js';
import {
  registration,
  transfersOf,
  updating,
  validation,
  type Batch,
  type Transfer,
} from './document.js';
import type { BatchFiles } from './batch-files.js';
import type { GovstackSettings } from './port.js';
import { masked, refusalIn } from './refusal.js';
import { parseWithinLimits } from '../../../kernel/json-limits.js';

/**
 * Sends the batches of a message that the block has not confirmed, in order: payees are registered,
 * then updated (so that the block has today's account whatever it had before), validated where that
 * is asked for, and paid. Every request is a function of the document, so that one sent again after
 * a crash is the same, under the same id.
 * @throws RailError RAIL_REFUSED, RAIL_FAILED; what was confirmed stays so
 */
export async function sendMessage(
  settings: GovstackSettings,
  kept: BatchFiles,
  messageId: string,
  signal?: AbortSignal,
): Promise<void> {
  let index = 0;
  const waiting: {
    readonly index: number;
    readonly at: number;
    readonly length: number;
    readonly correlationId: string;
  }[] = [];
  for await (const { text, at, length } of kept.linesOf(messageId)) {
    if (!text.startsWith('{"correlationId":')) continue;
    const correlationId = correlationIdOf('pay', messageId, index);
    // Its place is kept before it is sent: the block may call back before it has answered.
    const place = await kept.place(correlationId);
    if (place?.messageId !== messageId || place.at !== at || place.length !== length)
      await kept.keepPlace(correlationId, { messageId, at, length });
    if (!(await kept.taken(correlationId))) waiting.push({ index, at, length, correlationId });
    index += 1;
  }
  for (const { at, length, correlationId, index: number } of waiting) {
    const batch = await kept.batchAt(correlationId, { messageId, at, length });
    const options = signal ? { signal } : {};
    await sendBatch(kept, { settings, messageId, index: number, batch, options });
  }
  await kept.sent(messageId);
}

/** A batch on its way to the block. */
interface Sending {
  readonly settings: GovstackSettings;
  readonly messageId: string;
  readonly index: number;
  readonly batch: Batch;
  readonly options: { readonly signal?: AbortSignal };
}

async function sendBatch(kept: BatchFiles, sending: Sending): Promise<void> {
  const { register, validateAt } = sending.settings;
  const transfers = register || validateAt !== undefined ? transfersOf(sending.batch.body) : [];
  if (register) await registerPayees(sending, transfers);
  if (validateAt !== undefined) await validatePayees(sending, validateAt, transfers);
  await pay(kept, sending);
}

/** Registers the payees, then updates them: the block has today's account whatever it had. */
async function registerPayees(
  { settings, messageId, index, batch, options }: Sending,
  transfers: readonly Transfer[],
): Promise<void> {
  const { bbId, callbackUrl } = settings;
  const registering = registration(correlationIdOf('register', messageId, index), transfers);
  if (registering === undefined) return;
  const path = '/identityAccountMapper/beneficiary';
  const headers = { 'X-Callback-URL': callbackUrl, 'X-Registering-Institution-ID': bbId };
  const register = {
    what: `RegisterBeneficiary for batch ${batch.correlationId}`,
    method: 'POST',
    path,
    headers,
    body: registering,
  } as const;
  accepted(register.what, await send(settings, register, options));
  const update = {
    what: `UpdateBeneficiary for batch ${batch.correlationId}`,
    method: 'PUT',
    path,
    headers,
    body: updating(correlationIdOf('update', messageId, index), bbId, transfers)!,
  } as const;
  accepted(update.what, await send(settings, update, options));
}

async function validatePayees(
  { settings, messageId, index, batch, options }: Sending,
  validateAt: string,
  transfers: readonly Transfer[],
): Promise<void> {
  const { correlationId } = batch;
  const validating = validation(correlationId, validateAt, transfers);
  if (validating === undefined) return;
  await send(
    settings,
    {
      what: `BulkValidateAccount for batch ${correlationId}`,
      method: 'POST',
      path: '/beneficiaries?command=validate',
      body: validating,
      headers: {
        'X-Client-Correlation-ID': correlationIdOf('validate', messageId, index),
        'X-Registering-Institution-ID': settings.bbId,
        'X-Callback-URL': settings.callbackUrl,
      },
    },
    options,
  );
}

async function pay(kept: BatchFiles, { settings, batch, options }: Sending): Promise<void> {
  const { bbId, callbackUrl, tenantId } = settings;
  const { correlationId, body } = batch;
  const reply = await send(
    settings,
    {
      what: `BulkPayment of batch ${correlationId}`,
      method: 'POST',
      path: '/batchtransactions?type=raw',
      body,
      headers: {
        'X-CorrelationID': correlationId,
        'Platform-TenantId': tenantId ?? bbId,
        'X-Registering-Institution-Id': bbId,
        'X-Callback-URL': callbackUrl,
      },
      // 409 is not published, and what blocks say to an id that they know already.
    },
    { ...options, taken: [409] },
  );
  await kept.keepTaken(
    correlationId,
    reply.status === 409 ? {} : { batchId: batchIdIn(correlationId, reply) },
  );
}

/**
 * Registering and updating answer 200 also to what they refuse; the code in the body says which.
 */
function accepted(what: string, reply: Reply): void {
  const { responseCode } = fieldsOf(reply) as { readonly responseCode?: unknown };
  if (responseCode !== undefined && responseCode !== RESPONSE.received)
    throw new RailError('RAIL_REFUSED', `${what} was refused: ${refusalIn(reply)}.`);
}

function batchIdIn(correlationId: string, reply: Reply): string {
  const { batchId } = fieldsOf(reply) as { readonly batchId?: unknown };
  if (typeof batchId === 'string' && batchId !== '' && batchId.length <= LENGTHS.batchId)
    return batchId;
  throw new RailError(
    'RAIL_FAILED',
    `BulkPayment of batch ${correlationId} was answered with status ${reply.status} and without a batchId of at most ${LENGTHS.batchId} characters (${masked(reply.text, 60)}). It is safe to send it again.`,
  );
}

function fieldsOf({ text }: Reply): object {
  try {
    const value = parseWithinLimits(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
