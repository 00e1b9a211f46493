import { approveCorrectionParts, rejectCorrectionParts } from './decide-correction.js';
import { requireCorrectable } from './propose-correction.js';
import { parseCorrectionId } from '../../kernel/ids.js';
import type { Command } from '../../http/call.js';
import { commandHandlers, commandHandler } from '../../http/command-handlers.js';
import { refuseKnownIdentities } from '../../write-side/known-identities.js';
import { jobIdOf, type Job } from '../../write-side/jobs.js';
import {
  ProposeCorrection,
  ApproveCorrection,
  RejectCorrection,
} from '../../correction/correction.commands.js';

const idOf = (command: Command): string => parseCorrectionId(command.param('correctionId'));

export const correctionHandlers = commandHandlers(
  commandHandler(
    ProposeCorrection,
    async ({ programmeId, fromPeriod, basis = 'first-paid', personId, reason, call }, deps) => {
      const job: Job = {
        kind: 'correct',
        programmeId,
        fromPeriod,
        basis,
        reason,
        ...(personId === undefined ? {} : { personId }),
      };
      const { actor, correlationId, commandId } = call.context;
      await requireCorrectable(deps, job, actor.id);
      // A job's words lie in its queue, and later in its messages: they are looked at before, of
      // who may have it done.
      await refuseKnownIdentities(deps, [{ name: 'reason', text: reason }]);
      return {
        parts: [],
        answer: { programmeId, jobId: jobIdOf(job) },
        status: 202,
        afterwards: () => deps.background.start(job, { actor, correlationId, commandId }),
      };
    },
  ),
  commandHandler(ApproveCorrection, async (command, deps) => ({
    parts: await approveCorrectionParts(deps, {
      correctionId: idOf(command),
      contentHash: command.contentHash,
    }),
    answer: { correctionId: idOf(command) },
  })),
  commandHandler(RejectCorrection, (command) => ({
    parts: rejectCorrectionParts({ correctionId: idOf(command), reason: command.reason }),
    answer: { correctionId: idOf(command) },
  })),
);
