import { setAsideDecider } from '../../automation/set-aside.decider.js';
import { commandHandler, commandHandlers } from '../../http/command-handlers.js';
import { fold } from '../../kernel/decider.js';
import { jobIdOf, type Job } from '../../write-side/jobs.js';
import { dismissalPart } from './dismiss-set-aside.js';
import { DismissSetAside, RetrySetAside } from './set-aside.commands.js';

export const setAsideHandlers = commandHandlers(
  commandHandler(RetrySetAside, ({ eventId, call }, deps) => {
    const { actor, correlationId, commandId } = call.context;
    const job: Job = {
      kind: 'retry-set-aside',
      commandId,
      ...(eventId === undefined ? {} : { eventId }),
    };
    return {
      parts: [],
      answer: { jobId: jobIdOf(job) },
      status: 202,
      afterwards: () => deps.background.start(job, { actor, correlationId, commandId }),
    };
  }),
  commandHandler(
    DismissSetAside,
    async (command, { setAside }) => {
      const { eventId, manager } = command;
      const said = await dismissalPart(setAside, command);
      return {
        parts: [said],
        answer: { eventId },
        answerAfter: (after) => {
          const { dismissed } = fold(setAsideDecider, after(said.stream));
          return { status: dismissed.includes(manager) ? 'dismissed' : 'proposed' };
        },
      };
    },
    // Once it is dismissed, it is no longer in the list that is looked at.
    { checkReceiptFirst: true },
  ),
);
