;; A component whose modules have a hundred memories together.
;;! More than one guest may have, so that a full house has room for all.
(component
  (core module $four (memory 1) (memory 1) (memory 1) (memory 1))
  (core instance (instantiate $four)) (core instance (instantiate $four)) (core instance (instantiate $four))
  (core instance (instantiate $four)) (core instance (instantiate $four)) (core instance (instantiate $four))
  (core instance (instantiate $four)) (core instance (instantiate $four)) (core instance (instantiate $four))
  (core instance (instantiate $four)) (core instance (instantiate $four)) (core instance (instantiate $four))
  (core instance (instantiate $four)) (core instance (instantiate $four)) (core instance (instantiate $four))
  (core instance (instantiate $four)) (core instance (instantiate $four)) (core instance (instantiate $four))
  (core instance (instantiate $four)) (core instance (instantiate $four)) (core instance (instantiate $four))
  (core instance (instantiate $four)) (core instance (instantiate $four)) (core instance (instantiate $four))
  (core instance (instantiate $four)) (core instance (instantiate $four)) (core instance (instantiate $four))
  (core module $run (func (export "run") (result i32) i32.const 0))
  (core instance $last (instantiate $run))
  (func $run (result (result)) (canon lift (core func $last "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run)))
