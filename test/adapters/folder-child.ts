import { openEmbedded } from '../../src/composition/data-folder.js';

/** Opens a data folder, and says how that went. */
try {
  const embedded = await openEmbedded({ dataDir: process.argv[2]!, rail: {}, reader: 'local' });
  await embedded.close();
  console.log('opened');
} catch (error) {
  console.log(`refused: ${error instanceof Error ? error.message : String(error)}`);
}
