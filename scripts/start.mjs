// `npm start`: installs and builds what is needed, then computes the examples beside PyTorch's numbers.
// `npm start -- ce logits.npy labels.npy` runs the command line on one's own files, relative to where one stands.
import { relative } from 'node:path'
import { prepare, root } from './prepare.mjs'

prepare()
const { main } = await import('../cli/dist/main.js')
const args = process.argv.slice(2)
// npm changes into the root folder, and says where it was called
const here = process.env.INIT_CWD ?? process.cwd()

if (args.length > 0) {
  process.chdir(here)
  process.exitCode = await main(args)
} else {
  process.chdir(root)
  process.exitCode = await examples()
}

/** @returns {Promise<number>} */
async function examples() {
  console.log('\nReal data (see examples/), each loss computed here beside the number that PyTorch gave:\n')
  const exit = await main(['examples'])
  const coins = relative(here, 'examples/segmentation').replaceAll('\\', '/')
  console.log(`
Next, one of them alone, with the numbers behind it:
  npm start -- ce ${coins}/logits.npy ${coins}/mask.npy --ignore-index 255

Then your own, saved in Python with np.save('your-logits.npy', logits.detach().numpy()):
  npm start -- ce your-logits.npy your-labels.npy
  npm start -- ce --help      what it expects, and its options
  npm start -- --help         all losses`)
  return exit
}
