import { l1Loss, mseLoss, ssimLoss } from '../../../src/index.ts'
import { floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const dataRange: Scene = {
  code: 'data-range',
  mistaken: {
    'a prediction in [0, 1] and bytes': (random) =>
      call(
        mseLoss,
        floats([2, 3, 16, 16], () => random.uniform()),
        floats([2, 3, 16, 16], () => random.integer(256)),
      ),
    'bytes and a target in [−1, 1]': (random) =>
      call(
        l1Loss,
        floats([3, 16, 16], () => random.integer(256)),
        floats([3, 16, 16], () => 2 * random.uniform() - 1),
      ),
    'SSIM of images in [−1, 1]': (random) =>
      call(
        ssimLoss,
        floats([16, 16], () => 2 * random.uniform() - 1),
        floats([16, 16], () => 2 * random.uniform() - 1),
      ),
    'SSIM of a target of another scale': (random) =>
      call(
        ssimLoss,
        floats([16, 16], () => random.uniform()),
        floats([16, 16], () => 4 * random.uniform()),
      ),
  },
  honest: {
    'images in [0, 1], noisy ones too': (random) => {
      const noise = 0.2 * random.uniform()
      return call(
        random.pick([mseLoss, ssimLoss]),
        floats([16, 16], () => random.uniform() + noise * random.normal()),
        floats([16, 16], () => random.uniform()),
      )
    },
    'a noisy target, as some train on': (random) =>
      call(
        ssimLoss,
        floats([16, 16], () => random.uniform()),
        floats([16, 16], () => random.uniform() + 0.2 * random.normal()),
      ),
    'bytes on both sides': (random) =>
      call(
        mseLoss,
        floats([16, 16], () => random.integer(256)),
        floats([16, 16], () => random.integer(256)),
      ),
    'dark bytes beside bright ones': (random) =>
      call(
        mseLoss,
        floats([16, 16], () => random.integer(4)),
        floats([16, 16], () => 100 + random.integer(156)),
      ),
    'an untrained regression of ages': (random) =>
      call(
        mseLoss,
        normals(random, [64, 1]),
        floats([64, 1], () => random.integer(100)),
      ),
    'a network that gives 0 at first, and bytes': (random) =>
      call(
        mseLoss,
        floats([3, 16, 16], () => 0),
        floats([3, 16, 16], () => random.integer(256)),
      ),
    'SSIM with the range that it is': (random) =>
      call(
        ssimLoss,
        floats([16, 16], () => 2 * random.uniform() - 1),
        floats([16, 16], () => 2 * random.uniform() - 1),
        { dataRange: 2 },
      ),
  },
}
