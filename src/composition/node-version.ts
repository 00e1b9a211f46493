/**
 * What Sanad needs. Imported first, so that an older Node.js says so instead of failing somewhere
 * inside.
 */
const NEEDED = 24;
const major = Number(process.versions.node.split('.', 1)[0]);

if (major < NEEDED) {
  process.stderr.write(
    `sanad: NODE_TOO_OLD: Sanad runs on Node.js ${NEEDED} and newer, and this is ${process.versions.node}. Start it through npm (npm start), which brings its own.\n`,
  );
  process.exit(1);
}
