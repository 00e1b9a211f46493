// The only module that an older Node.js may load: what the others import would crash it.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `sanad: needs Node.js 24 or newer; this is ${process.versions.node}. Start it through npm or bin/sanad.mjs, which use the one that came with the install.\n`,
  );
  process.exitCode = 1;
} else {
  await import('./program.js');
}
export {};
