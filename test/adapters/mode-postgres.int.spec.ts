import { afterAll, expect, it } from '@jest/globals';
import { keepDatabaseMode } from '../../src/adapters/postgres/mode.js';
import { startPostgres } from '../support/postgres.js';
import { requireHere } from '../support/servers-here.js';

const postgres = await startPostgres('the mode of a database');
afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

it('has the server that it needs, or said what is left out', () => {
  requireHere(postgres);
});

if (postgres.running)
  it('a database that was used in production is refused in development for good', async () => {
    const { url } = postgres;
    const schema = await postgres.newSchema();
    await keepDatabaseMode(url, 'development', { schema });
    await keepDatabaseMode(url, 'development', { schema });
    await Promise.all([1, 2].map(() => keepDatabaseMode(url, 'production', { schema })));
    await expect(keepDatabaseMode(url, 'development', { schema })).rejects.toMatchObject({
      code: 'DATA_FOLDER_PRODUCTION',
    });
    await keepDatabaseMode(url, 'production', { schema });
  });
