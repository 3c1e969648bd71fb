/** Keeps one processor busy until it is ended: what else runs on a machine. */
process.on('disconnect', () => process.exit());
const burn = (): void => {
  for (const endsMs = performance.now() + 50; performance.now() < endsMs;);
  setImmediate(burn);
};
burn();
