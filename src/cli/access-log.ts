import { openAccessLog } from '../adapters/access-log/file-system.js';
import type { AccessLog } from '../adapters/access-log/port.js';
import type { Engine } from './compose.js';

async function open({ dir, distributed }: Engine): Promise<AccessLog> {
  if (!distributed) return openAccessLog(dir);
  const { openPostgresAccessLog } = await import('../adapters/access-log/postgres.js');
  return openPostgresAccessLog(distributed.databaseUrl);
}

/** Where it is noted who reads personal data, for a command that opens some for somebody. */
export async function withAccessLog<T>(
  engine: Engine,
  work: (access: AccessLog) => Promise<T>,
): Promise<T> {
  const access = await open(engine);
  try {
    return await work(access);
  } finally {
    await access.close();
  }
}
