import { Readable } from 'node:stream';
import { Controller, Inject, Req, UnsupportedMediaTypeException } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { MESSAGE_ARCHIVE, type MessageArchive } from '../../adapters/message-archive/port.js';
import { listEntries, listMessages, readMessage, type Listed } from './bank-lists.js';
import { isOwnFile, requireOwnFile } from './own-files.js';
import { fileNameOf } from './take-in-message.js';
import { parseSha256 } from '../../kernel/ids.js';
import type { Answer } from '../../http/answer.js';
import { actorOf, Query, type Request } from '../../http/call.js';
import { DEPS, type CommandPlanDeps } from '../../http/command-handlers.js';
import { QueryEndpoint, CommandEndpoint } from '../../http/endpoint.js';
import { Hash, OneOf, Pattern, Subject, Text } from '../../http/fields.js';
import { namesOf, parseIdempotencyKey } from '../../http/idempotency.js';
import { QueryParam, CommandParam } from '../../http/params.js';
import { found, isLimited } from '../../http/query-handlers.js';
import {
  AssignBankEntry,
  DismissBankEntry,
  MatchEntries,
  ReceiveBankMessage,
  ReleaseBankMessage,
  SetEntryOwner,
} from '../../statement/statement.commands.js';
import type { Page } from '../../http/exports.js';
import type { EntryView, MessageView } from './bank-lists.js';

const LIMIT = (): ((target: object, property: string) => void) =>
  Pattern(/^([1-9][0-9]{0,2}|1000)$/, 'a whole number from 1 to 1000', {
    optional: true,
    description: 'Rows of a page; default 50.',
  });
export class BankMessagesQuery extends Query {
  @OneOf(['received', 'quarantined', 'released', 'applied'], { optional: true }) status?: string;
  @LIMIT() limit?: string;
  @Text({ max: 100, optional: true, description: 'What the page before gave as next.' })
  cursor?: string;
}
export class BankMessageQuery extends Query {}
export class BankEntriesQuery extends Query {
  @OneOf(['quarantined', 'assigned', 'dismissed'], { optional: true }) status?: string;
  @Hash({ optional: true, description: 'Of the file that said it first.' }) sha256?: string;
  @Subject({ optional: true, description: 'Who looks after it.' }) owner?: string;
  @Pattern(/^[0-9]{1,4}$/, 'days', {
    optional: true,
    description: 'Waiting for at least so many days.',
  })
  olderThanDays?: string;
  @LIMIT() limit?: string;
  @Text({ max: 100, optional: true, description: 'What the page before gave as next.' })
  cursor?: string;
}

/** JSON is parsed before it comes here, and is no file. @throws UnsupportedMediaTypeException */
function fileOf({ body }: Request): AsyncIterable<Uint8Array> {
  if (body === undefined) return Readable.from([]);
  if (body instanceof Readable) return body;
  throw new UnsupportedMediaTypeException();
}

const READERS = ['finance-officer', 'finance-controller', 'auditor'] as const;
const officer = { roles: ['finance-officer'], programmeWide: true } as const;
const page = <T>({
  items,
  next,
}: Listed<T>): { readonly items: readonly T[]; readonly next: string | null } => ({
  items,
  next: next ?? null,
});
const pageOf = ({
  status,
  limit,
  cursor,
}: {
  readonly status?: string;
  readonly limit?: string;
  readonly cursor?: string;
}) => ({
  limit: Number(limit ?? 50),
  ...(status === undefined ? {} : { status }),
  ...(cursor === undefined ? {} : { after: cursor }),
});

@ApiTags('bank')
@Controller('bank')
export class BankHttp {
  constructor(
    @Inject(CommandBus) private readonly bus: CommandBus,
    @Inject(MESSAGE_ARCHIVE) private readonly archive: MessageArchive,
    @Inject(DEPS) private readonly deps: CommandPlanDeps,
  ) {}

  /**
   * The body is archived as it comes and never held in memory, whatever its size; X-File-Name says
   * what it is called.
   */
  @CommandEndpoint('messages', {
    roles: ['payment-system', 'finance-officer'],
    programmeWide: true,
    summary:
      'Hand over a file of a bank; it is archived, then read and applied in the background. The same file again changes nothing',
    file: {
      type: 'application/xml',
      description: 'A pain.002, camt.054 or camt.053, in UTF-8 or UTF-16.',
    },
    response: ['sha256', 'jobId'],
    status: 202,
    errors: { 413: ['FILE_TOO_LARGE'] },
  })
  @ApiHeader({
    name: 'X-File-Name',
    required: false,
    description: 'What the file is called where it comes from.',
  })
  async receive(@Req() request: Request): Promise<Answer> {
    const actor = actorOf(request);
    const key = parseIdempotencyKey(request.headers['idempotency-key']);
    const name = request.headers['x-file-name'];
    const archived = await this.archive.put(fileOf(request));
    const { commandId, ...kept } = namesOf(this.deps.vault, actor, key, {
      method: 'POST',
      path: '/bank/messages',
      body: archived.sha256,
    });
    const command = Object.defineProperties(new ReceiveBankMessage(), {
      received: {
        value: {
          ...archived,
          sender: actor.id,
          fileName: fileNameOf(typeof name === 'string' ? name : ''),
        },
      },
      discard: { value: () => this.archive.discard(archived.sha256) },
      call: {
        value: {
          context: { actor, now: this.deps.clock.now(), commandId, correlationId: request.id },
          params: {},
          ...kept,
        },
      },
    });
    return this.bus.execute(command);
  }

  @QueryEndpoint('messages', {
    roles: [...READERS, 'payment-system'],
    summary:
      'Files received from banks, and what became of them; a payment system sees those that it handed over first, another role that is limited to regions none',
  })
  async messages(@QueryParam() query: BankMessagesQuery): Promise<Page<MessageView>> {
    const { actor } = query.call;
    return page(
      await listMessages(this.deps.store, {
        ...pageOf(query),
        mayRead: (file) =>
          isOwnFile(actor, file) && (actor.role === 'payment-system' || !isLimited(query)),
      }),
    );
  }

  @QueryEndpoint('messages/:hash', {
    roles: [...READERS, 'payment-system'],
    programmeWide: true,
    summary: 'All that is known about one file',
    errors: { 400: ['INVALID_ID'], 403: ['NOT_YOURS'], 404: ['MESSAGE_NOT_FOUND'] },
  })
  async message(@QueryParam() query: BankMessageQuery): Promise<MessageView> {
    const sha256 = parseSha256(query.param('hash'), 'hash');
    await requireOwnFile(this.deps.store, query.call.actor, sha256);
    return found(await readMessage(this.deps.store, sha256), 'MESSAGE_NOT_FOUND', 'message');
  }

  @CommandEndpoint('messages/:hash/release', {
    roles: ['finance-officer', 'finance-controller'],
    programmeWide: true,
    summary: 'Apply a quarantined file in spite of what was found, in the background',
    response: ['sha256', 'jobId'],
    status: 202,
    errors: {
      400: ['INVALID_ID'],
      403: ['SAME_PERSON'],
      404: ['MESSAGE_NOT_FOUND'],
      422: ['MESSAGE_STATUS'],
    },
  })
  release(@CommandParam() command: ReleaseBankMessage): Promise<Answer> {
    return this.bus.execute(command);
  }

  @QueryEndpoint('entries', {
    roles: READERS,
    summary:
      'What banks said that names no payment by itself, and what a person made of it; a role that is limited to regions sees none',
  })
  async entries(@QueryParam() query: BankEntriesQuery): Promise<Page<EntryView>> {
    const { sha256, owner, olderThanDays } = query;
    // Before a person gave it to a payment, it is of no region.
    if (isLimited(query)) return { items: [], next: null };
    return page(
      await listEntries(this.deps.store, {
        ...pageOf(query),
        now: this.deps.clock.now(),
        ...(sha256 === undefined ? {} : { sha256 }),
        ...(owner === undefined ? {} : { owner }),
        ...(olderThanDays === undefined ? {} : { olderThanDays: Number(olderThanDays) }),
      }),
    );
  }

  @CommandEndpoint('entries/matching', {
    ...officer,
    summary:
      'Look again for payments that waiting entries may be about: same amount, near in time, same payee; in the background',
    response: ['jobId'],
    status: 202,
  })
  match(@CommandParam() command: MatchEntries): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint('entries/:entryId/assignment', {
    ...officer,
    summary:
      'Say which payment an entry is about; it counts once another person says the same, and the payment decides as always',
    response: {
      entryId: { type: 'string' },
      paymentId: { type: 'string' },
      status: { type: 'string', enum: ['proposed', 'assigned'] },
    },
    errors: {
      400: ['INVALID_ID', 'OUTCOME_MISSING'],
      403: ['SAME_PERSON'],
      404: ['ENTRY_NOT_FOUND', 'PAYMENT_UNKNOWN'],
      409: ['ENTRY_STATUS'],
      422: ['OUTCOME_DIFFERS', 'REFERENCES_DIFFER', 'CURRENCY_DIFFERS', 'ATTEMPT_UNKNOWN'],
    },
  })
  assign(@CommandParam() command: AssignBankEntry): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint('entries/:entryId/owner', {
    ...officer,
    summary: 'Say who looks after an entry that waits',
    response: ['entryId'],
    errors: { 400: ['INVALID_ID'], 404: ['ENTRY_NOT_FOUND'], 409: ['ENTRY_STATUS'] },
  })
  setOwner(@CommandParam() command: SetEntryOwner): Promise<Answer> {
    return this.bus.execute(command);
  }

  @CommandEndpoint('entries/:entryId/dismissal', {
    ...officer,
    summary: 'Say that an entry is about no payment',
    response: ['entryId'],
    errors: {
      400: ['INVALID_ID'],
      403: ['SAME_PERSON'],
      404: ['ENTRY_NOT_FOUND'],
      409: ['ENTRY_STATUS'],
    },
  })
  dismiss(@CommandParam() command: DismissBankEntry): Promise<Answer> {
    return this.bus.execute(command);
  }
}
