import { openDataFolder } from '../adapters/data-folder/file-system.js';
import type { JobQueue, QueuePatience } from '../adapters/job-queue/port.js';
import { openPostgresJobQueue } from '../adapters/job-queue/postgres/job-queue.js';
import { openSqliteJobQueue } from '../adapters/job-queue/sqlite/job-queue.js';
import { keepDatabaseMode } from '../adapters/postgres/mode.js';
import { modeIn, sizeIn } from '../composition/config.js';

/** Which queue it is; absent: that of the jobs. */
interface QueueNames {
  readonly file: string;
  readonly table: string;
  readonly patience: QueuePatience;
}

async function open<Work extends object>(
  data: string,
  names: QueueNames | undefined,
): Promise<JobQueue<Work>> {
  const { distributed } = sizeIn();
  const mode = modeIn();
  if (distributed) {
    await keepDatabaseMode(distributed.databaseUrl, mode);
    return openPostgresJobQueue(
      distributed.databaseUrl,
      names && { table: names.table, ...names.patience },
    );
  }
  const { path } = await openDataFolder(data, { hold: false, mustExist: true, mode });
  return openSqliteJobQueue(path, names && { file: names.file, ...names.patience });
}

/** Works with a queue beside the server, which holds the folder: a queue has a lock of its own. */
export async function withQueue<Work extends object, T>(
  data: string,
  work: (queue: JobQueue<Work>) => Promise<T>,
  names?: QueueNames,
): Promise<T> {
  const queue = await open<Work>(data, names);
  try {
    return await work(queue);
  } finally {
    await queue.close();
  }
}
