// Says one clear sentence on a Node that is too old. Written so that very old ones can still read it.
var found = process.versions.node.split('.').map(Number);
var enough = found[0] > 24 || (found[0] === 24 && found[1] >= 2);
if (!enough) {
  console.error(
    'Afterword needs Node 24.2 or newer and this is ' +
      process.versions.node +
      ': run `npm ci` on Node 20 or newer, which brings one along.',
  );
  process.exit(1);
}
