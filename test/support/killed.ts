import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Kills processes and waits until they are gone: what they hold open or write is still then. */
export async function killed(children: Iterable<ChildProcess>): Promise<void> {
  await Promise.all(
    [...children].map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }),
  );
}
