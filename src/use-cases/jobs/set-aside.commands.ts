import { Command } from '../../http/call.js';
import { Pattern } from '../../http/fields.js';

export class RetrySetAside extends Command {
  @Pattern(/^[0-9a-f-]{36}$/, 'the id of an event', {
    optional: true,
    description: 'This event only; absent: all that was set aside.',
  })
  eventId?: string;
}
