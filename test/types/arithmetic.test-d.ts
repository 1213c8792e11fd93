import { test } from 'vitest'
import type { Add, ExactDiv, FloorDiv, Lt, Mod, Mul, Sub } from '../../types/index.ts'
import { equal } from './equal.ts'

/** A row compiles only when all six operations of A and B give the numbers beside them. */
declare function row<A extends number, B extends number, Sum, Difference, Product, Quotient, Remainder>(
  ...wrong: [Add<A, B>, Sub<A, B>, Mul<A, B>, FloorDiv<A, B>, Mod<A, B>] extends [
    Sum,
    Difference,
    Product,
    Quotient,
    Remainder,
  ]
    ? [Sum, Difference, Product, Quotient, Remainder] extends [
        Add<A, B>,
        Sub<A, B>,
        Mul<A, B>,
        FloorDiv<A, B>,
        Mod<A, B>,
      ]
      ? []
      : [actual: [Add<A, B>, Sub<A, B>, Mul<A, B>, FloorDiv<A, B>, Mod<A, B>]]
    : [actual: [Add<A, B>, Sub<A, B>, Mul<A, B>, FloorDiv<A, B>, Mod<A, B>]]
): void

test('sum, difference, product, quotient and remainder, against big-integer arithmetic', () => {
  row<582, 253, 835, 329, 147246, 2, 76>()
  row<276, 7, 283, 269, 1932, 39, 3>()
  row<967, 104, 1071, 863, 100568, 9, 31>()
  row<49965, 3, 49968, 49962, 149895, 16655, 0>()
  row<82490, 1362, 83852, 81128, 112351380, 60, 770>()
  row<55326, 1163, 56489, 54163, 64344138, 47, 665>()
  row<57535, 670, 58205, 56865, 38548450, 85, 585>()
  row<64185, 240, 64425, 63945, 15404400, 267, 105>()
  row<26151, 1656, 27807, 24495, 43306056, 15, 1311>()
  row<26193, 248, 26441, 25945, 6495864, 105, 153>()
  row<70579, 313, 70892, 70266, 22091227, 225, 154>()
  row<30094, 2, 30096, 30092, 60188, 15047, 0>()
  row<463, 448, 911, 15, 207424, 1, 15>()
  row<35771, 232, 36003, 35539, 8298872, 154, 43>()
  row<66362, 903, 67265, 65459, 59924886, 73, 443>()
  row<29254, 2764, 32018, 26490, 80858056, 10, 1614>()
  row<896, 39, 935, 857, 34944, 22, 38>()
  row<28520, 2883, 31403, 25637, 82223160, 9, 2573>()
  row<605, 340, 945, 265, 205700, 1, 265>()
  row<21830, 1360, 23190, 20470, 29688800, 16, 70>()
  row<79165, 2375, 81540, 76790, 188016875, 33, 790>()
  row<80633, 2337, 82970, 78296, 188439321, 34, 1175>()
  row<49581, 1037, 50618, 48544, 51415497, 47, 842>()
  row<71160, 338, 71498, 70822, 24052080, 210, 180>()
  row<41595, 7, 41602, 41588, 291165, 5942, 1>()
  row<817, 1, 818, 816, 817, 817, 0>()
  row<9, 9, 18, 0, 81, 1, 0>()
  row<14, 6, 20, 8, 84, 2, 2>()
  row<100, 10, 110, 90, 1000, 10, 0>()
  row<999, 999, 1998, 0, 998001, 1, 0>()
  row<1000000, 999, 1000999, 999001, 999000000, 1001, 1>()
  row<50257, 768, 51025, 49489, 38597376, 65, 337>()
  row<2500000000, 50257, 2500050257, 2499949743, 125642500000000, 49744, 15792>()
  row<1, 1, 2, 0, 1, 1, 0>()
})

test('a wrong row does not compile', () => {
  // @ts-expect-error 6 · 7 is not 43
  row<6, 7, 13, never, 43, 0, 6>()
  // @ts-expect-error 14 mod 6 is not 3
  row<14, 6, 20, 8, 84, 2, 3>()
})

test('products up to the last exact one', () => {
  equal<Mul<9999999, 9999999>, 99999980000001>()
  equal<Mul<94906265, 94906265>, 9007199136250225>()
  equal<Mul<0, 5>, 0>()
  equal<Mul<5, 0>, 0>()
  equal<Mul<1, 768>, 768>()
  equal<Mul<768, 1>, 768>()
})

test('there are no negative numbers', () => {
  equal<Sub<5, 5>, 0>()
  equal<Sub<5, 6>, never>()
  equal<Sub<99, 100>, never>()
})

test('comparison', () => {
  equal<Lt<253, 582>, true>()
  equal<Lt<582, 253>, false>()
  equal<Lt<7, 7>, false>()
  equal<Lt<9, 10>, true>()
  equal<Lt<number, 10>, boolean>()
})

test('exact division says never when it does not go', () => {
  equal<ExactDiv<147246, 253>, 582>()
  equal<ExactDiv<10, 3>, never>()
  equal<ExactDiv<0, 981>, 0>()
})

test('division by zero has no result', () => {
  equal<FloorDiv<7, 0>, never>()
  equal<Mod<7, 0>, never>()
  equal<ExactDiv<7, 0>, never>()
})

test('a wide number makes the result wide', () => {
  equal<Add<number, 5>, number>()
  equal<Sub<5, number>, number>()
  equal<Mul<number, 5>, number>()
  equal<FloorDiv<number, 0>, number>()
})
