// npm run demo   the product's story in a terminal, against the product that `npm start` runs here or one of its own. It checks
// what it shows: anything that does not agree ends it with exit code 1.
import { tellFamilyStory } from './family-story.ts';
import { findOrStartProduct } from './product.ts';
import { tellRealInput } from './real-input.ts';
import { tellSandboxStory } from './sandbox-story.ts';
import { createTerminal } from './terminal.ts';

const terminal = createTerminal();
const product = await findOrStartProduct();
terminal.line(product.isOurs ? `Started a product of its own: ${product.url}` : `Using the running product: ${product.url}`);
try {
  await tellSandboxStory(product, terminal);
  await tellFamilyStory(product, terminal);
  await tellRealInput(product, terminal);
} finally {
  await product.stop();
}
const failures = terminal.failures();
if (failures.length > 0) {
  terminal.chapter(`${failures.length} of the claims above did not hold.`);
  process.exitCode = 1;
} else terminal.chapter('Everything agrees.');
