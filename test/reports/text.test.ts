import { expect, test } from 'vitest'
import { crossEntropy, diceLoss, Meter, mergeReports, mseLoss, nn, report, reportText, tensor } from '../../src/index.ts'
import { scenes } from './scenes.ts'

test('a report as text', () => {
  const scores = [
    [2, 1, 0.1],
    [0.5, 2.5, -1],
    [0, 0, 3],
    [1, 2, 3],
  ]
  const text = reportText(report(crossEntropy, scores, [0, 1, -100, 0], { weight: [1, 5, 6] }), { per: 'class', top: 2 })
  expect(text).toMatchInlineSnapshot(`
    "  value     0.5129325
      made of   3.59053 / 7, the sum of the weights of 3 samples; the plain mean would be 1.19684; 1
                sample ignored
      counted   3 samples, 1 ignored
      chance    1.09861 for a uniform guess, 0.59827 for one that knows the frequencies
      floor     0; the loss is 0.512932 above it
      accuracy  66.67 %, 2 of 3
      averages  1.19684 per value, 0.897632 per sample, 3.59053 per batch; 1.19684 as the mean of 3
                samples
      worst     2.40761 at n 3: class 0, predicted 2
                0.765891 at n 1: class 1, predicted 1

      class  count      mean  share of sum  accuracy
          0      2   1.41232       78.67 %      50 %
          1      1  0.153178       21.33 %     100 %
          2      0       NaN           0 %         —"
  `)
})

test('no line is longer than 100 columns, or what is asked for', () => {
  for (const { part, size } of scenes) {
    for (const per of ['class', 'sample'] as const) {
      for (const width of [100, 60]) {
        const lines = reportText(part(0, size, { source: `a/rather/long/name/of/a/file/${'x'.repeat(30)}.npy` }), { per, width }).split(
          '\n',
        )
        const prose = lines.slice(0, lines.indexOf('') < 0 ? lines.length : lines.indexOf(''))
        expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(width)
      }
    }
  }
})

test('findings stand below', () => {
  const text = reportText(
    report(
      crossEntropy,
      [
        [0.7, 0.2, 0.1],
        [0.1, 0.8, 0.1],
      ],
      [0, 1],
    ),
  )
  expect(text).toMatch(/\n {2}\w+: .*softmax/)
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
})

test('nothing counted, images, regions and PSNR are said in words', () => {
  expect(reportText(report(crossEntropy, [[1, 2]], [-100]))).toContain('0 / 0: nothing is counted, 1 sample ignored')
  expect(reportText(report(mseLoss, [[1, 2]], [[1, 1]], {}, { dataRange: 255 }))).toMatch(
    /PSNR +\d\d\.\d+ dB of the mean error, .* \(range 255\)/,
  )
  expect(
    reportText(
      report(
        diceLoss,
        [
          [
            [1, 2],
            [3, 1],
          ],
        ],
        [[0, 1]],
      ),
      { per: 'class' },
    ),
  ).toMatch(/class +count +mean/)
  expect(reportText(nn.MSELoss({ reduction: 'none' }).report([1, 2], [0, 0]))).toMatch(/values +\(2,\) float32/)
})

test('a meter says of all batches what a report says of them at once', () => {
  const [x, t] = [Float32Array.from({ length: 90 }, (_, i) => Math.sin(i)), Float32Array.from({ length: 90 }, (_, i) => Math.cos(i * i))]
  const criterion = nn.MSELoss()
  const meter = new Meter({ top: 3 })
  for (const [start, end] of [
    [0, 40],
    [40, 80],
    [80, 90],
  ]) {
    expect(meter.add(criterion, x.slice(start, end), t.slice(start, end)).parts).toBe(1)
  }
  const whole = criterion.report(x, t, { top: 3, check: false })
  const { parts, averages, totals, ...rest } = meter.report()
  expect(parts).toBe(3)
  expect({ ...rest, averages: { ...averages, perBatch: whole.averages.perBatch } }).toEqual({ ...rest, averages: whole.averages })
  expect(rest).toEqual(
    expect.objectContaining({ value: whole.value, worst: whole.worst, chance: whole.chance, perSample: whole.perSample }),
  )
  expect(totals.sums).toEqual(whole.totals.sums)
})

test('a meter takes functions with options, and reports; it forgets when told, and refuses to tell of nothing', () => {
  const meter = new Meter()
  expect(() => meter.report()).toThrow(/at least one batch/)
  meter.add(crossEntropy, [[1, 2]], [0], { labelSmoothing: 0.1 }).value
  const other = report(crossEntropy, [[3, 1]], [-100], { labelSmoothing: 0.1 })
  meter.update(other)
  expect(meter.report()).toMatchObject({ counted: 1, ignored: 1, parts: 2 })
  expect(() => meter.add(crossEntropy, [[1, 2]], [0])).toThrow(/the same option labelSmoothing/)
  expect(meter.report().parts).toBe(2)
  expect(meter.reset().add(mseLoss, [1], [2])).toMatchObject({ value: 1, worst: [{ index: { n: 0 } }] })
  expect(meter.report().parts).toBe(1)
})

test('a meter stays small, however many batches there are', () => {
  const meter = new Meter()
  const sizes: number[] = []
  for (let batch = 0; batch < 200; batch++) {
    meter.add(
      crossEntropy,
      tensor(
        Float32Array.from({ length: 40 }, (_, i) => Math.sin(i * batch)),
        { shape: [10, 4] },
      ),
      [0, 1, 2, 3, 0, 1, 2, 3, 0, 1],
    )
    if (batch === 20 || batch === 199) sizes.push(JSON.stringify(meter.report()).length)
  }
  expect(sizes[1]).toBeLessThan(1.1 * sizes[0])
})

test('a merged report reads like one', () => {
  const parts = [report(mseLoss, [1, 2], [0, 0]), report(mseLoss, [6], [0])]
  expect(reportText(mergeReports(...parts))).toContain('counted   3 elements, in 2 parts')
})
