import { Command } from '../../http/call.js';
import { FreeText, Pattern } from '../../http/fields.js';

export class RetrySetAside extends Command {
  @Pattern(/^[0-9a-f-]{36}$/, 'the id of an event', {
    optional: true,
    description: 'This event only; absent: all that was set aside.',
  })
  eventId?: string;
}

export class DismissSetAside extends Command {
  @Pattern(/^[0-9a-f-]{36}$/, 'the id of an event') eventId!: string;
  @Pattern(/^[a-z][a-z0-9-]{0,99}$/, 'the name of an automation', {
    description: 'Which automation could not act on it; `manager` of the list.',
  })
  manager!: string;
  @FreeText({
    max: 500,
    description: 'Why nothing has to come of it any more, or who did by hand what should have.',
  })
  reason!: string;
}
