import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RoleName } from '../../src/composition/config.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** One process of ours. */
export interface RoleProcess {
  readonly role: RoleName;
  readonly url: string;
  readonly pid: number;
  /** kill -9. */
  kill(): Promise<void>;
  /** SIGSTOP: it is there, holds what it holds, and does nothing. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
  log(): string;
}

/** Starts a role in a process of its own, which is in `processes` as long as it lives. */
export async function startRoleProcess(
  role: RoleName,
  env: Readonly<Record<string, string>>,
  processes: Set<ChildProcess>,
): Promise<RoleProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env['PATH'] ?? '',
      ...env,
      SANAD_SIZE: 'distributed',
      SANAD_ROLE: role,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  processes.add(child);
  let log = '';
  for (const output of [child.stdout, child.stderr])
    output.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      processes.delete(child);
      resolve(code);
    });
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const line = log
        .split('\n')
        .find((one) => one.includes('"msg":"serving"') && one.endsWith('}'));
      if (line) resolve((JSON.parse(line) as { url: string }).url);
    });
    void exited.then((code) => {
      reject(new Error(`${role} ended with ${code}: ${log.slice(-2_000)}`));
    });
  });
  return {
    role,
    url,
    pid: child.pid!,
    log: () => log,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    pause() {
      child.kill('SIGSTOP');
    },
    resume() {
      child.kill('SIGCONT');
    },
    async stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}
