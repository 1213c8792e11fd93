/** Rules of optimisation with what belongs to another model, and inputs of layers of the wrong dtype. */
import { componentArray, random, type Tensor, zeros } from 'conformable'
import * as layers from 'conformable/layers'
import { chain, dense, embedding } from 'conformable/layers'
import { adam, sgd } from 'conformable/optimisers'
import { exactly, mistake } from './case.ts'

const key = random.key(0)
const p = componentArray({ w: zeros([2, 3]), b: zeros([2]) })
const q = componentArray({ w: zeros([2, 3]), b: zeros([5]) })
const [rule, descent] = [adam(), sgd({ learningRate: 0.1 })]
const [project, images, rows, table] = [dense(4, 3), layers.conv2d(1, 8, 3), layers.gru(4, 8), embedding(10, 4)]

/** The table. */
export const rules = [
  mistake({
    says: "ShapeError: rule: the gradient of 'b' is float32[5], the parameter is float32[2]. Gradient, state and parameters belong to one model: rule.init(params) makes its state.",
    wrong: () =>
      rule.step(
        // @ts-expect-error
        q,
        rule.init(p),
        p,
      ),
    right: () => exactly<Tensor<readonly [2]>>()(rule.step(p, rule.init(p), p)[0].b),
  }),
  mistake({
    says: "ShapeError: rule: the state 'firstMoment.b' is float32[5], for these parameters it is float32[2]. Gradient, state and parameters belong to one model: rule.init(params) makes its state.",
    wrong: () =>
      rule.step(
        p,
        // @ts-expect-error
        rule.init(q),
        p,
      ),
    right: () => exactly<Tensor<readonly [2, 3]>>()(rule.step(p, rule.init(p), p)[1].firstMoment.w),
  }),
  mistake({
    says: 'ShapeError: rule: the gradient of the whole is float32[3], the parameter is float32[2]. Gradient, state and parameters belong to one model: rule.init(params) makes its state.',
    wrong: () =>
      descent.step(
        // @ts-expect-error
        zeros([3]),
        descent.init(zeros([2])),
        zeros([2]),
      ),
    right: () => exactly<Tensor<readonly [2]>>()(descent.step(zeros([2]), descent.init(zeros([2])), zeros([2]))[0]),
  }),
  mistake({
    says: "ShapeError: rule: the gradient of 'w' is float64[2], the parameter is float32[2]. Gradient, state and parameters belong to one model: rule.init(params) makes its state.",
    wrong: () =>
      rule.step(
        // @ts-expect-error
        { w: zeros([2], 'float64') },
        rule.init({ w: zeros([2]) }),
        { w: zeros([2]) },
      ),
    right: () =>
      exactly<{ w: Tensor<readonly [2]> }>()(
        rule.step({ w: zeros([2]) }, rule.init({ w: zeros([2]) }), { w: zeros([2]) })[0],
      ),
  }),
  mistake({
    says: "ShapeError: rule: the state 'firstMoment.w' is missing, for these parameters it is float32[2, 3]. Gradient, state and parameters belong to one model: rule.init(params) makes its state.",
    wrong: () =>
      rule.update(
        p,
        // @ts-expect-error
        rule.init({ b: zeros([2]) }),
        p,
      ),
    right: () => exactly<Tensor<readonly [2]>>()(rule.update(p, rule.init(p), p)[0].b),
  }),
  mistake({
    says: "DTypeError: dense: the parameters are float32, the input is int32[2, 4]; convert one of them: convert(x, 'float32')",
    wrong: () =>
      project(
        project.init(key),
        // @ts-expect-error
        zeros([2, 4], 'int32'),
      ),
    right: () => exactly<Tensor<readonly [2, 3]>>()(project(project.init(key), zeros([2, 4]))),
  }),
  mistake({
    says: "DTypeError: dense: the parameters are float64, the input is float32[2, 4]; convert one of them: convert(x, 'float64')",
    wrong: () =>
      project(
        project.init(key, 'float64'),
        // @ts-expect-error
        zeros([2, 4]),
      ),
    right: () =>
      exactly<Tensor<readonly [2, 3], 'float64'>>()(project(project.init(key, 'float64'), zeros([2, 4], 'float64'))),
  }),
  mistake({
    says: "DTypeError: conv2d: the parameters are float32, the input is float64[1, 8, 8, 1]; convert one of them: convert(x, 'float32')",
    wrong: () =>
      images(
        images.init(key),
        // @ts-expect-error
        zeros([1, 8, 8, 1], 'float64'),
      ),
    right: () => exactly<Tensor<readonly [1, 6, 6, 8]>>()(images(images.init(key), zeros([1, 8, 8, 1]))),
  }),
  mistake({
    says: "DTypeError: gru: the parameters are float32, the input is bool[2, 5, 4]; convert one of them: convert(x, 'float32')",
    wrong: () =>
      rows(
        rows.init(key),
        // @ts-expect-error
        zeros([2, 5, 4], 'bool'),
      ),
    right: () => exactly<Tensor<readonly [2, 5, 8]>>()(rows(rows.init(key), zeros([2, 5, 4]))),
  }),
  mistake({
    says: "DTypeError: embedding: the input must be int32, got float32[2]; convert it first: convert(x, 'int32')",
    wrong: () =>
      table(
        table.init(key),
        // @ts-expect-error
        zeros([2]),
      ),
    right: () => exactly<Tensor<readonly [2, 4]>>()(table(table.init(key), zeros([2], 'int32'))),
  }),
  mistake({
    says: "DTypeError: embedding: the input must be int32, got float32[2]; convert it first: convert(x, 'int32')",
    wrong: () => {
      const model = chain(table, dense(4, 2))
      return model(
        model.init(key),
        // @ts-expect-error
        zeros([2]),
      )
    },
    right: () => {
      const model = chain(table, dense(4, 2))
      return exactly<Tensor<readonly [2, 2]>>()(model(model.init(key), zeros([2], 'int32')))
    },
  }),
]
