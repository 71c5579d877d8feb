;; Lets its table grow for as long as it can, a thousand elements at a time, and ends with a trap if it never can't.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (table $table 1 funcref)
  (memory (export "memory") 1)
  (data (i32.const 16) "{\"thousands\":  }")
  (func (export "_start") (local $thousands i32)
    (loop $again
      (if (i32.ne (table.grow $table (ref.null func) (i32.const 1000)) (i32.const -1))
        (then
          (local.set $thousands (i32.add (local.get $thousands) (i32.const 1)))
          (if (i32.gt_u (local.get $thousands) (i32.const 99)) (then unreachable))
          (br $again))))
    ;; Two digits into the output, which is then written.
    (i32.store8 (i32.const 29) (i32.add (i32.const 48) (i32.div_u (local.get $thousands) (i32.const 10))))
    (i32.store8 (i32.const 30) (i32.add (i32.const 48) (i32.rem_u (local.get $thousands) (i32.const 10))))
    (i32.store (i32.const 0) (i32.const 16))
    (i32.store (i32.const 4) (i32.const 16))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
