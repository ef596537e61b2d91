import Glibc

exit(Demo.run())
