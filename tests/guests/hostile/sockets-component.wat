;; A component that imports the sockets of WASI 0.2.
(component
  (import "wasi:sockets/instance-network@0.2.0" (instance
    (export "network" (type (sub resource)))
  ))
  (core module $run (func (export "run") (result i32) i32.const 0))
  (core instance $run (instantiate $run))
  (func $run (result (result)) (canon lift (core func $run "run")))
  (instance $exported (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exported)))
